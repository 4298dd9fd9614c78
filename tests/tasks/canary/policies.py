"""Rules of the shipped environments."""

from __future__ import annotations

from pathlib import Path

import registry
from registry.environments import load_environments

_ENVIRONMENTS = load_environments(Path(registry.__file__).with_name("environments.yaml"))

LOW = _ENVIRONMENTS.policy("production", "low")
MEDIUM = _ENVIRONMENTS.policy("production", "medium")
HIGH = _ENVIRONMENTS.policy("production", "high")
DEMO = _ENVIRONMENTS.policy("demo", "low")
