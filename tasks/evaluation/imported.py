"""An eval set from cases that were written for another tool: every case valid, or refused with its line. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic import ValidationError

from registry.errors import EvalSetError
from registry.importers.draft import CaseDraft, ImportedCases
from registry.importers.notes import Note, Notes, Refusal
from registry.message import Variable

from .case import Case
from .check import check
from .consistency import problems
from .evalset import Library
from .evalset_file import EvalSet
from .imported_assertion import assertion_of
from .imported_case import case_of
from .splitting import Unit, dev_units

_SUBSETS = {"fast": {"split": "dev"}, "full": {"split": "gate"}}


class Told(NamedTuple):
    """What the person who imports says about the set."""

    name: str
    prompt_use: str
    description: str
    source: str
    licence: str


@dataclass(frozen=True)
class Assembled:
    """`evalset` is what evalset.yaml says, `cases` the lines of cases.jsonl."""

    evalset: dict[str, Any]
    cases: tuple[dict[str, Any], ...]
    library: Library
    notes: tuple[Note, ...]


class NothingLeft(Exception):
    """No eval set comes of it; the notes say why, line by line."""

    def __init__(self, why: str, notes: tuple[Note, ...]) -> None:
        self.why = why
        self.notes = notes
        super().__init__(why)


def assemble(imported: ImportedCases, told: Told, variables: Mapping[str, Variable] | None = None) -> Assembled:
    """`variables` are those of the prompt the set is for, None when it is not known.

    Raises NothingLeft when no two independent cases are left, EvalSetError when the parts do not fit together."""
    notes = Notes()
    drafts = [(one, case) for one in imported.cases if (case := _valid(one, imported, variables, notes))]
    cases = _split(drafts, told.name)
    said = tuple(sorted({*imported.notes, *notes.all}, key=lambda note: (note.place, note.kind, note.what)))
    if len({case["split"] for case in cases}) < 2:
        raise NothingLeft(
            f"{len(cases)} cases were read, no two of them independent questions: dev and gate need one each", said
        )
    fields, lines = _hoisted(told, cases)
    return Assembled(fields, tuple(lines), _checked(fields, lines), said)


def _valid(
    draft: CaseDraft, imported: ImportedCases, variables: Mapping[str, Variable] | None, notes: Notes
) -> dict[str, Any] | None:
    asserts = []
    for one in draft.asserts:
        try:
            asserts.append(assertion_of(one, draft.expected, notes))
        except Refusal as refusal:
            notes.refuse(refusal)
    try:
        if not asserts:
            raise Refusal(draft.place, "nothing is expected of it that can be judged here")
        return case_of(draft, asserts, imported.reads, variables, notes)
    except Refusal as refusal:
        notes.refuse(refusal, "case")
        return None


def _split(drafts: Sequence[tuple[CaseDraft, dict[str, Any]]], name: str) -> list[dict[str, Any]]:
    """The cases with ids, clusters and splits, in the order of the file."""
    counts = Counter(draft.id for draft, _ in drafts)
    named = [_named(draft, counts, number) for number, (draft, _) in enumerate(drafts, 1)]
    units = [Unit(draft.cluster, case["variables"], draft.same) for draft, case in drafts]
    dev, groups = dev_units(units, name)
    sizes = Counter(groups)
    found = []
    for index, (draft, case) in enumerate(drafts):
        alike = f"like-{named[groups[index]]}" if sizes[groups[index]] > 1 else None
        cluster = draft.cluster or alike
        split = "dev" if groups[index] in dev else "gate"
        found.append({"id": named[index], **({"cluster": cluster} if cluster else {}), "split": split, **case})
    return found


def _named(draft: CaseDraft, counts: Mapping[str | None, int], number: int) -> str:
    """Its own id where that is one and is there once, else its place in the file."""
    usable = draft.id is not None and counts[draft.id] == 1
    try:
        return Case.model_validate({"id": draft.id, "split": "dev", "variables": {}}).id if usable else f"c{number:04d}"
    except ValidationError:
        return f"c{number:04d}"


def _hoisted(told: Told, cases: list[dict[str, Any]]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What is asked of every case is asked by the set."""
    every = [one for one in cases[0]["assert"] if all(one in case["assert"] for case in cases)]
    lines = [{**case, "assert": [one for one in case["assert"] if one not in every]} for case in cases]
    lines = [{key: value for key, value in line.items() if key != "assert" or value} for line in lines]
    fields = {**told._asdict(), "min_score": None, "subsets": _SUBSETS, "assertions": every}
    return fields, lines


def _checked(fields: dict[str, Any], lines: Sequence[dict[str, Any]]) -> Library:
    """Raises EvalSetError with every problem."""
    try:
        library = Library(EvalSet.model_validate(fields), tuple(Case.model_validate(line) for line in lines))
    except ValidationError as error:
        wrong = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
    else:
        wrong = problems(library.evalset, library.cases, fields["name"])
        wrong += [remark.what for remark in check(library, {}) if remark.severity == "error"]
        if not wrong:
            return library
    raise EvalSetError(
        f"what was imported is no eval set: {'; '.join(wrong[:20])}",
        expected="cases and assertions that fit together",
        fix="Correct these places in the file that is imported",
    )
