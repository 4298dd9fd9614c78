"""The automations of `automations.yaml` on the server: created, or updated by name, never doubled."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import yaml

from registry.errors import SettingsError

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

FILE = Path(__file__).parent / "automations.yaml"


def upsert(
    client: SyncPrefectClient, deployments: Mapping[str, UUID], environment: Mapping[str, str], file: Path = FILE
) -> list[str]:
    """Bring the server to the file; their names. One whose webhook has no address set is removed, and left out.

    Raises SettingsError when an action names a deployment that is not among these.
    """
    done = []
    for entry in yaml.safe_load(file.read_text()):
        actions = [_action(action, deployments, environment) for action in entry["actions"]]
        if None in actions:
            _remove(client, entry["name"])
            continue
        _save(client, {**entry, "actions": actions})
        done.append(entry["name"])
    return done


def _action(
    action: Mapping[str, Any], deployments: Mapping[str, UUID], environment: Mapping[str, str]
) -> dict[str, Any] | None:
    """As Prefect wants it; None for a webhook that nobody has set."""
    if "deployment" in action:
        return _run_deployment(action, deployments)
    if "webhook" in action:
        url = environment.get(action["webhook"])
        return _call_webhook(action, url) if url else None
    return dict(action)


def _run_deployment(action: Mapping[str, Any], deployments: Mapping[str, UUID]) -> dict[str, Any]:
    if action["deployment"] not in deployments:
        raise SettingsError(
            f"{FILE.name} runs the deployment {action['deployment']!r}",
            expected=f"one of {', '.join(sorted(deployments))}",
            fix="Correct the name there, or declare it in prefect.yaml",
        )
    return {
        "type": "run-deployment",
        "source": "selected",
        "deployment_id": deployments[action["deployment"]],
        "parameters": _templates(action["parameters"]),
    }


def _templates(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Every text is filled in from the event when the action runs."""
    return {
        name: _templates(value) if isinstance(value, Mapping) else {"template": value, "__prefect_kind": "jinja"}
        for name, value in parameters.items()
    }


def _call_webhook(action: Mapping[str, Any], url: str) -> dict[str, Any]:
    """The address is kept in a block of the server, as a secret: it often holds a token."""
    from prefect.blocks.webhook import Webhook
    from pydantic import SecretStr

    block = Webhook(method="POST", url=SecretStr(url), allow_private_urls=True)
    return {
        "type": "call-webhook",
        "block_document_id": block.save("promptship", overwrite=True),
        "payload": action["payload"],
    }


def _save(client: SyncPrefectClient, wanted: Mapping[str, Any]) -> None:
    from prefect.events.schemas.automations import AutomationCore

    automation = AutomationCore.model_validate(wanted)
    existing = client.read_automations_by_name(wanted["name"])
    if existing:
        client.update_automation(existing[0].id, automation)
    else:
        client.create_automation(automation)


def _remove(client: SyncPrefectClient, name: str) -> None:
    for existing in client.read_automations_by_name(name):
        client.delete_automation(existing.id)
