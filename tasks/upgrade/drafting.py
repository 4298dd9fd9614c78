"""The candidate of an upgrade as text: the live file on another model, with a change note that says so."""

from __future__ import annotations

import json
import re
from pathlib import Path

from registry.artifact import PromptVersion
from registry.drafting import draft
from registry.errors import InvalidFile
from registry.files import parse


def moved(source: str, base: PromptVersion, version: str, author: str, change: tuple[str, str, str]) -> str:
    """`source` is the text of the file of `base`; `change` is old model, new model, and why the old one goes.

    Comments and layout stay. Raises InvalidFile for a file whose model or note cannot be found in it.
    """
    old, new, why = change
    text = draft(source, base, version, author).text
    note = f"{old} is replaced by {new}{why}; the prompt is the same, so its answers should be as good"
    text = re.sub(r"(?m)^(model: +)[^#\n]*?( *#.*)?$", rf"\g<1>{new}\g<2>", text, count=1)
    text = re.sub(r"(?m)^  why: .*$", lambda _: f"  why: {json.dumps(note)}", text, count=1)
    expected = "  expected:\n    - {metric: score, direction: flat}"
    text = re.sub(r"(?m)^  expected: \[\].*$", lambda _: expected, text, count=1)
    read = parse(text, PromptVersion, Path(f"{base.id}/{version}.yaml"))
    if (read.model, read.change.why) != (new, note):
        raise InvalidFile(
            f"the model of {base.name} cannot be replaced in its file",
            expected="`model:` and `change:` on lines of their own",
            fix=f"Write {version} by hand: promptship prompt new {base.id}",
        )
    return text
