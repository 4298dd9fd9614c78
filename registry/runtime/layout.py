"""Where routes are kept: all of one environment under one prefix, so that storage can grant one without the others.

    <environment>/table.json           what is served
    <environment>/models.json          how the models of what is served are reached
    <environment>/history/<n>.json     the tables before, by generation
    <environment>/readers/<name>.json  what each application process last said: the only place that those write

Names are relative to the folder or prefix of all routes, and parted by `/`.
"""

from __future__ import annotations

HISTORY = "history"
READERS = "readers"
TABLE = "table.json"
LOCK = ".lock"
PROBE = "probe"
"""An object that a publisher on object storage writes to see whether it may, and whether conditions are heeded."""


def earlier(environment: str) -> str:
    """Where the table was when all environments shared one folder."""
    return f"{environment}.json"


def table(environment: str) -> str:
    return f"{environment}/{TABLE}"


def models(environment: str) -> str:
    return f"{environment}/models.json"


def history(environment: str) -> str:
    return f"{environment}/{HISTORY}"


def generation(environment: str, number: int) -> str:
    return f"{environment}/{HISTORY}/{number}.json"


def readers(environment: str) -> str:
    return f"{environment}/{READERS}"


def reader(environment: str, name: str) -> str:
    return f"{environment}/{READERS}/{name}.json"
