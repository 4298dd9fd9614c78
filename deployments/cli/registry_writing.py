"""Drafts written as version files, each valid, or refused with its reason."""

from __future__ import annotations

import getpass
import re
from pathlib import Path
from typing import Any, NamedTuple

from registry.artifact import VERSION, PromptVersion, Risk
from registry.catalog import Catalog
from registry.drafting import number_after
from registry.errors import UnknownPrompt
from registry.importers.draft import ImportedPrompts, PromptDraft
from registry.importers.notes import Note, Notes, Refusal
from registry.importers.version_file import Settings, check_id, prompt_id, text_of, version_of
from registry.roots import Roots


class Wishes(NamedTuple):
    """What was said on the command line; None = left to the file."""

    id: str | None
    owner: str | None
    risk: Risk | None
    model: str | None


def write_all(
    found: ImportedPrompts, wishes: Wishes, folder: Path | None = None
) -> tuple[list[dict[str, Any]], tuple[Note, ...]]:
    """What was written, and all notes. Below the registry, or below `folder` as `<id>/<version>.yaml`."""
    catalog = Catalog(Roots.find().registry)
    notes, written = Notes(), []
    for draft in found.drafts:
        try:
            written.append(_write(draft, wishes, catalog, folder or catalog.root / "prompts", notes))
        except Refusal as refusal:
            notes.refuse(refusal, f"prompt {draft.name!r}")
    said = sorted({*found.notes, *notes.all}, key=lambda note: (note.place, note.kind, note.what))
    return written, tuple(said)


def _write(draft: PromptDraft, wishes: Wishes, catalog: Catalog, root: Path, notes: Notes) -> dict[str, Any]:
    """Raises Refusal."""
    id_ = check_id(wishes.id or prompt_id(draft.name), draft.place)
    settings = _settings(id_, wishes, catalog, root)
    version = version_of(draft, settings, catalog.models, notes)
    text = text_of(version)
    path = root / id_ / f"{version.version}.yaml"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise Refusal(draft.place, f"{path} cannot be written: {error.strerror}") from None
    return {"id": id_, "version": version.version, "path": path, "place": str(draft.place)}


def _settings(id_: str, wishes: Wishes, catalog: Catalog, root: Path) -> Settings:
    """As the version before it, where there is one."""
    before = _newest(catalog, id_) if root == catalog.root / "prompts" else None
    taken = [path.stem for path in (root / id_).glob("v*.yaml") if re.fullmatch(VERSION, path.stem)]
    return Settings(
        id=id_,
        version=number_after(taken),
        use_case=before.use_case if before else None,
        owner=wishes.owner or (before.owner if before else None),
        risk=wishes.risk or (before.risk if before else None),
        model=wishes.model,
        author=getpass.getuser(),
    )


def _newest(catalog: Catalog, id_: str) -> PromptVersion | None:
    try:
        return catalog.read(id_, catalog.latest(id_))
    except UnknownPrompt:
        return None
