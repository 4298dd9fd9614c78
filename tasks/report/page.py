"""The report as one HTML page that needs nothing else: no script, no font, no picture, no request.

Everything that a version, a model, a trace or a person said is escaped by the template engine, and characters that a
browser would obey without showing them are written out. The policy in the page's head lets nothing run or load but
the page's own style, which it names by its hash.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from registry.behavior import short
from registry.diff import report as diff_report
from registry.diff.visible import visible
from tasks.ledger.stage_result import StageResult
from tasks.release.record import Stage

from . import canary_view, cost_view, decision, gate_view, shadow_view, showing
from .material import Material
from .timeline import timeline

_TEMPLATES: Final = Path(__file__).parent / "templates"
_TITLES: Final = {"changed": "components", "by": "who and why"}
"""Of the parts of a difference, where the word for terminals says too little as a heading."""
_BOUNDS: Final = ("max_increase", "max_decrease", "max_ratio", "min_ratio", "max", "min")


def render(material: Material) -> str:
    """The page. The same material gives the same page."""
    return _environment().get_template("page.html").render(**_content(material))


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    made.filters |= {
        "plain": showing.plain,
        "signed": showing.signed,
        "money": showing.money,
        "when": showing.when,
        "lasted": showing.lasted,
        "words": lambda text: str(text).replace("_", " "),
        "short": short,
    }
    style = Markup((_TEMPLATES / "style.css").read_text(encoding="utf-8"))  # noqa: S704 - a file of this package
    made.globals |= {"style": style, "policy": _policy(style)}
    return made


def _shown(value: Any) -> Any:
    """What stands between braces: nothing invisible, a dash for what is missing."""
    if value is None:
        return "\u2013"
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _policy(style: str) -> str:
    """The only thing allowed is this style."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _content(material: Material) -> dict[str, Any]:
    row, results = material.row, material.results
    by_stage: dict[str, list[StageResult]] = {}
    for result in results:
        by_stage.setdefault(result.stage, []).append(result)
    gates = [*by_stage.get(Stage.FAST_GATE, ()), *by_stage.get(Stage.GATE, ())]
    steps = by_stage.get(Stage.CANARY, [])
    return {
        "row": row,
        "done": decision.DONE.get(row.decision, row.decision),
        "sentence": decision.sentence(row),
        "took": _took(row.started_at, row.ended_at),
        "expected": row.change_note.get("expected") or (),
        "guards": [_guard(guard) for guard in row.change_note.get("guards") or ()],
        "results": results,
        "findings": [finding for one in by_stage.get(Stage.LINT, ()) for finding in one.evidence.get("findings") or ()],
        "diff": diff_report.sections(material.diff) if material.diff else (),
        "titles": _TITLES,
        "gates": [gate_view.view(one, material.answers if one.stage == Stage.GATE else ()) for one in gates],
        "shadows": [shadow_view.view(one) for one in by_stage.get(Stage.SHADOW, ())],
        "canary": canary_view.view(row, steps, material.looks, material.events),
        "cost": cost_view.view(results, material.answers, row.policy),
        "cells": material.cells,
        "moments": timeline(material.events),
        "way_back": decision.way_back(row),
    }


def _took(start: datetime, end: datetime | None) -> timedelta | None:
    return None if end is None else end - start


def _guard(guard: dict[str, Any]) -> dict[str, Any]:
    bound = next((name for name in _BOUNDS if guard.get(name) is not None), None)
    limit = guard[bound] if bound else None
    return {**guard, "bound": bound, "limit": limit, "per": guard.get("per", "all"), "within": guard.get("within")}
