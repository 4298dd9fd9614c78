"""For programs: the difference as one JSON value."""

from __future__ import annotations

from typing import Any

from .alignment import Change
from .lineage import Side
from .paragraphs import Paragraph
from .version_diff import VersionDiff


def document(diff: VersionDiff) -> dict[str, Any]:
    """All that the other renderers show, and the text that they leave out."""
    return {
        "before": _side(diff.before),
        "after": _side(diff.after),
        "components": list(diff.components),
        "whitespace_only": diff.whitespace_only,
        "text": [_change(change) for change in diff.text],
        "variables": {
            "added": list(diff.variables.added),
            "removed": list(diff.variables.removed),
            "changed": [change._asdict() for change in diff.variables.changed],
        },
        "settings": {name: [change._asdict() for change in changes] for name, changes in diff.settings.items()},
        "callers": {"level": diff.level, "impacts": [impact._asdict() for impact in diff.impacts]},
        "about": [change._asdict() for change in diff.about],
        "tokens": diff.tokens._asdict(),
        "backwards": diff.backwards,
        "steps": [{**step._asdict(), "components": list(step.components)} for step in diff.steps],
        "authors": list(diff.authors),
    }


def _side(side: Side) -> dict[str, Any]:
    return {
        "id": side.version.id,
        "version": side.version.version,
        "behavior": side.behavior.sha,
        "components": dict(side.behavior.shas),
    }


def _change(change: Change) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": change.kind, "opens_message": change.paragraph.opens}
    for name, paragraph in (("before", change.before), ("after", change.after)):
        found[name] = _paragraph(paragraph) if paragraph else None
    return {**found, "words": [run._asdict() for run in change.words]}


def _paragraph(paragraph: Paragraph) -> dict[str, Any]:
    return {"message": paragraph.message, "role": paragraph.role, "text": paragraph.text, "gap": paragraph.gap}
