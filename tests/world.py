"""A whole promptship in a folder: a registry of its own, a scripted model, and an application that makes traffic.

with world(tmp_path) as here:
    here.release("v2")
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from deployments.cli.walk import walk
from registry.catalog import Catalog
from registry.errors import NoRoute, PromptshipError
from registry.roots import Roots
from registry.runtime.client import Client
from registry.runtime.spool import Spool
from tasks.release.orders import ReleaseOrder
from tasks.release.record import Record
from tasks.release.workspace import Workspace
from tests import scripted

CHECKOUT = Path(__file__).resolve().parents[1]
PROMPT = "parcel-sort"
PRODUCTS = ("lamp", "coat", "mug", "rug", "fan", "bike")
_VERSION = """
id: {prompt}
version: {version}
use_case: {use_case}
purpose: Name the product of a message.
owner: tests
risk: low
model: parrot
decoding: {{temperature: 0.0, max_output_tokens: 16, seed: 7}}
variables:
  message: {{type: string, maxLength: 400, untrusted: true}}
messages:
  - {{role: system, content: "quality {quality} broken {broken}"}}
  - {{role: user, content: "<message>\\n{{{{ message }}}}\\n</message>"}}
output:
  format: json
  schema: {{type: object, additionalProperties: false, required: [product], properties: {{product: {{type: string}}}}}}
evals: {{fast: {prompt}/fast, full: {prompt}/full}}
change:
  author: ana
  why: {why}
  expected:
    - {{metric: score, direction: up, by: 0.3}}
  guards:
    - {{metric: schema_ok, max_decrease: 0.05}}
  reverse: pin the version before
"""


def say(messages: list[dict[str, str]]) -> str:
    """As good as the system message claims: `quality 40 broken 5` is right in 40 %, and no JSON in 5 %, of messages."""
    quality, broken = (int(number) for number in re.findall(r"\d+", messages[0]["content"]))
    text = messages[-1]["content"].splitlines()[1]
    draw = int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) % 100
    if draw < broken:
        return "not JSON at all"
    right = (draw * 7 + 13) % 100 < quality
    return json.dumps({"product": text.split()[0] if right else "box"})


@dataclass
class World:
    """`workspace` is what the stages reach; each pause of a watch serves `tickets` requests of new sessions."""

    workspace: Workspace
    driver: scripted.Scripted
    client: Client
    tickets: int = 30
    served: list[str] = field(default_factory=list)

    def release(self, version: str, *, environment: str = "demo", **order: object) -> Record | None:
        asked = {"version": f"{PROMPT}@{version}", "environment": environment, "by": "test", **order}
        return walk(self.workspace, ReleaseOrder.model_validate(asked), lambda _: None)

    def serve(self, count: int) -> None:
        """Requests of new sessions, as an application makes them; sealed at once, so that the next look sees them."""
        for _ in range(count):
            number = len(self.served)
            text = f"{PRODUCTS[number % len(PRODUCTS)]} number {number}"
            try:
                answer = self.client.call(PROMPT, {"message": text}, unit=f"session-{number}", intent="sort")
                self.served.append(answer.resolution.version)
            except NoRoute:
                return
            except PromptshipError:
                self.served.append("error")

    @property
    def live(self) -> str | None:
        route = self.workspace.publisher.read_table("demo").prompts.get(PROMPT)
        return route.live.version if route else None


@contextmanager
def world(
    folder: Path,
    versions: dict[str, tuple[int, int]] | None = None,
    ledger: str | None = None,
    machine: Path | None = None,
    **urls: Any,
) -> Iterator[World]:
    """`versions` maps a version to (quality, broken) in percent; `ledger` is one that is no file of this folder.

    The application spools where the pipeline takes from, or to `machine`; `urls` are other places of `Roots`.
    """
    registry = make_registry(
        folder / "registry", versions or {"v1": (40, 0), "v2": (80, 0), "v3": (38, 0), "v4": (85, 60)}
    )
    evalsets = make_evalsets(folder / "evalsets")
    roots = Roots(home=folder / "home", registry=registry, evalsets=evalsets, ledger_at=ledger, **urls)
    spool = Spool(machine or roots.spool, rotate_s=0.02)
    with scripted.installed(say) as driver, Client("demo", roots=roots, spool=spool, poll=0.0) as client:
        workspace = Workspace(roots, actor="test")
        here = World(workspace, driver, client)
        object.__setattr__(workspace, "pause", lambda _: here.serve(here.tickets))
        yield here


def make_registry(folder: Path, versions: dict[str, tuple[int, int]]) -> Path:
    """Our own rules and vocabulary, one prompt on the scripted model, everything locked."""
    prompts = folder / "prompts" / PROMPT
    prompts.mkdir(parents=True)
    for name in ("environments.yaml", "metrics.yaml"):
        shutil.copy(CHECKOUT / "registry" / name, folder / name)
    shutil.copytree(CHECKOUT / "registry" / "policies", folder / "policies")
    model = {"provider": "test", "model": "parrot-1", "reach": {"driver": scripted.DRIVER}}
    price = {"input_per_million": 1.0, "output_per_million": 2.0}
    (folder / "models.yaml").write_text(yaml.safe_dump({"parrot": {**model, "price": price}}))
    for version, (quality, broken) in versions.items():
        add_version(folder, version, quality, broken)
    Catalog(folder).lock_all()
    return folder


def add_version(registry: Path, version: str, quality: int, broken: int, prompt: str = PROMPT) -> None:
    why = f"Version {version} was measured at {quality} % right answers on the dev cases."
    told = {"prompt": prompt, "use_case": _use_case(prompt), "version": version, "why": why}
    text = _VERSION.format(quality=quality, broken=broken, **told)
    path = registry / "prompts" / prompt / f"{version}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text.lstrip())


def _use_case(prompt: str) -> str:
    return prompt.replace("parcel-", "parcels.")


def make_evalsets(folder: Path, prompt: str = PROMPT) -> Path:
    """120 gate and 30 dev cases of one prompt."""
    own = folder / prompt
    own.mkdir(parents=True)
    evalset = {
        "name": prompt,
        "prompt_use": _use_case(prompt),
        "description": "Messages with a product",
        "source": "made by this test",
        "licence": "CC0-1.0",
        "min_score": 0.2,
        "subsets": {"fast": {"split": "dev"}, "full": {"split": "gate"}},
        "assertions": [
            {"type": "equals", "path": "product", "expected": "product", "metric": "product"},
            {"type": "not-is-refusal", "hard": True},
        ],
    }
    (own / "evalset.yaml").write_text(yaml.safe_dump(evalset))
    cases = [_case(number) for number in range(150)]
    (own / "cases.jsonl").write_text("".join(json.dumps(case) + "\n" for case in cases))
    return folder


def _case(number: int) -> dict[str, object]:
    product = PRODUCTS[number % len(PRODUCTS)]
    return {
        "id": f"c{number:03d}",
        "intent": "sort" if number % 2 else "ask",
        "split": "dev" if number < 30 else "gate",
        "variables": {"message": f"{product} of case {number}"},
        "expected": {"product": product},
    }
