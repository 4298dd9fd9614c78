"""The Prefect server that this environment names: whether it answers, and runs that nobody will ever start."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from deployments.flow_runs import keys

from .finding import Finding

STUCK = timedelta(minutes=10)
"""A worker takes a run within its poll and starts it within a minute; a run whose worker died meanwhile stays."""
_WAITING = {"flow_runs": {"state": {"name": {"any_": ["Pending", "Submitting", "Late"]}}}, "limit": 200}
_TIMEOUT_S = 5.0


def orchestration(now: datetime, environ: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Nothing when PREFECT_API_URL is not set: promptship works without a server."""
    api = environ.get("PREFECT_API_URL")
    if not api:
        return
    about, shown = "prefect server", _shown(api)
    try:
        runs = _ask(f"{api.rstrip('/')}/flow_runs/filter", _WAITING, keys(environ))
    except (OSError, ValueError) as error:
        fix = "Start it, or see PREFECT_API_URL and PREFECT_API_AUTH_STRING; releases also run with `--via local`"
        yield Finding(about, "problem", f"{shown} does not answer: {_why(error)}", fix)
        return
    yield Finding(about, "ok", f"{shown}, {len(runs)} runs wait to be started")
    yield from stuck(runs, now)


def stuck(runs: Sequence[Mapping[str, Any]], now: datetime) -> Iterator[Finding]:
    """Pure: runs that were handed to a worker, or due, more than ten minutes ago, and have not begun."""
    for run in runs:
        state = run["state"]
        age = now - datetime.fromisoformat(state["timestamp"])
        if age <= STUCK:
            continue
        found = f"{run['name']} is {state['name']} since {age.total_seconds() / 60:.0f} minutes"
        fix = f"See that a worker serves its pool; then `prefect flow-run cancel {run['id']}` and start it again"
        yield Finding(f"run {run['id']}", "problem", found, fix)


def _ask(url: str, body: Mapping[str, Any], known: Mapping[str, str]) -> Any:
    headers = {"Content-Type": "application/json", **known}
    if urlsplit(url).scheme not in ("http", "https"):
        raise ValueError("PREFECT_API_URL is no http address")
    with urlopen(Request(url, json.dumps(body).encode(), headers), timeout=_TIMEOUT_S) as response:  # noqa: S310
        return json.load(response)


def _shown(url: str) -> str:
    """Without a user and password."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _why(error: Exception) -> str:
    if isinstance(error, HTTPError):
        return "it wants a password" if error.code == 401 else f"HTTP {error.code}"
    return str(getattr(error, "reason", error))
