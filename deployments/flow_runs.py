"""Start a deployment's flow runs and wait for them over Prefect's HTTP API, through restarts of the server.

Plain HTTP: a CI job that only waits need not import Prefect. The server is the one that PREFECT_API_URL names, the key
that of PREFECT_API_KEY or PREFECT_API_AUTH_STRING.
"""

from __future__ import annotations

import base64
import http.client
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

from registry.errors import SettingsError

POLL_S = 5.0
PATIENCE_S = 900.0
"""How long in a row a server may not answer: a restart, an upgrade, a migration of its database."""
TIMEOUT_S = 30.0
_PASSING = frozenset({408, 425, 429})


@dataclass
class FlowRuns:
    """`url` ends in `/api`. Every request is repeated until the server answers, so each has to be safe to do twice."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    sleep: Callable[[float], None] = time.sleep
    patience_s: float = PATIENCE_S

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> FlowRuns:
        """Raises SettingsError without an address."""
        url = environ.get("PREFECT_API_URL", "").rstrip("/")
        if not url.startswith(("http://", "https://")):
            raise SettingsError(
                f"PREFECT_API_URL is {url!r}",
                expected="the address of a Prefect server's API, as http://127.0.0.1:4200/api",
                fix="Set it, or release in this process with --via local",
            )
        return cls(url, keys(environ))

    def start(self, deployment: str, parameters: Mapping[str, Any], key: str) -> str:
        """The id of the flow run with this idempotency key, which may be there already. Raises SettingsError.

        `deployment` is `flow/name`."""
        flow, _, name = deployment.partition("/")
        found = self._ask("GET", f"deployments/name/{quote(flow)}/{quote(name)}")
        body = {"parameters": dict(parameters), "idempotency_key": key, "tags": ["ci"]}
        return str(self._ask("POST", f"deployments/{found['id']}/create_flow_run", body)["id"])

    def read(self, run_id: str) -> dict[str, Any]:
        """The flow run as it is now. Raises SettingsError."""
        return self._ask("GET", f"flow_runs/{quote(run_id)}")

    def address(self, run_id: str) -> str:
        """Its page in the interface that the server has beside its API."""
        return f"{self.url.removesuffix('/api')}/runs/flow-run/{run_id}"

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        waited, pause = 0.0, 1.0
        while True:
            try:
                return self._once(method, path, body)
            except HTTPError as error:
                with error:
                    said = f"status {error.code}: {error.read(2000).decode(errors='replace')}"
                if error.code < 500 and error.code not in _PASSING:
                    raise _refused(path, said) from None
            except (URLError, http.client.HTTPException, OSError, ValueError) as error:
                said = str(error)
            if waited >= self.patience_s:
                raise _gone(self.url, waited, said)
            self.sleep(pause)
            waited, pause = waited + pause, min(2 * pause, 30.0)

    def _once(self, method: str, path: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
        """Raises ValueError for an answer that is no JSON object: a proxy's page, say."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **self.headers}
        request = Request(f"{self.url}/{path}", data, headers, method=method)  # noqa: S310 (http or https: see `of`)
        with urlopen(request, timeout=TIMEOUT_S) as response:  # noqa: S310
            found = json.load(response)
        if not isinstance(found, dict):
            raise ValueError("the answer is no JSON object")
        return found


def keys(environ: Mapping[str, str]) -> dict[str, str]:
    """The headers that open a Prefect server: a key, or a user and password."""
    if key := environ.get("PREFECT_API_KEY"):
        return {"Authorization": f"Bearer {key}"}
    if pair := environ.get("PREFECT_API_AUTH_STRING"):
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
    return {}


def _refused(path: str, said: str) -> SettingsError:
    return SettingsError(
        f"the Prefect server refused {path}: {said}",
        expected="a server with promptship's deployments, and a key that may start them",
        fix="Run `promptship deploy` against it; see PREFECT_API_KEY and PREFECT_API_AUTH_STRING",
    )


def _gone(url: str, waited: float, said: str) -> SettingsError:
    return SettingsError(
        f"{url} did not answer for {waited / 60:.0f} minutes: {said}",
        expected="a Prefect server that comes back",
        fix="Run the job again: it waits for the same flow run",
    )
