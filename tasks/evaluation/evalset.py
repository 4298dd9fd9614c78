"""Eval sets: `<evalsets>/<name>/evalset.yaml` and `cases.jsonl` beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from registry import behavior
from registry.errors import EvalSetError
from registry.files import load as load_file

from .case import Case
from .cases import read_cases
from .consistency import problems
from .evalset_file import EvalSet


@dataclass(frozen=True)
class Library:
    """One eval set with all its cases."""

    evalset: EvalSet
    cases: tuple[Case, ...]

    @cached_property
    def sha(self) -> str:
        """The eval-set version: over all that can move a result, so that a corrected description is no new version."""
        told = {"description", "source", "licence"}
        cases = sorted(self.cases, key=lambda case: case.id)
        lines = [case.model_dump(mode="json", exclude={"note", "added"}) for case in cases]
        return behavior.sha({"evalset": self.evalset.model_dump(mode="json", exclude=told), "cases": lines})

    def select(self, subset: str) -> Selection:
        """Raises EvalSetError for a subset that is not there."""
        wanted = self.evalset.subsets.get(subset)
        if wanted is None:
            raise EvalSetError(
                f"eval set {self.evalset.name!r} has no subset {subset!r}",
                expected=f"one of {', '.join(sorted(self.evalset.subsets))}",
                fix="Name one of them, or add it under `subsets` in evalset.yaml",
            )
        return Selection(self.evalset, subset, tuple(filter(wanted.holds, self.cases)), self.sha)


@dataclass(frozen=True)
class Selection:
    """The cases a run asks; `sha` is the version of the whole set."""

    evalset: EvalSet
    subset: str
    cases: tuple[Case, ...]
    sha: str

    @property
    def name(self) -> str:
        return f"{self.evalset.name}/{self.subset}"

    @property
    def split(self) -> Literal["dev", "gate"]:
        return self.evalset.subsets[self.subset].split


def load(root: Path, name: str) -> Selection:
    """`order-extract/fast` -> its cases. Raises EvalSetError, InvalidFile."""
    folder, _, subset = name.partition("/")
    return read(root, folder).select(subset)


def read(root: Path, name: str) -> Library:
    """One eval set, checked: every problem at once. Raises EvalSetError, InvalidFile."""
    folder = root / name
    if name not in names(root):
        raise EvalSetError(
            f"no eval set {name!r} in {root}",
            expected=f"one of {', '.join(names(root)) or 'none yet'}",
            fix=f"Write {folder / 'evalset.yaml'}",
        )
    evalset = load_file(folder / "evalset.yaml", EvalSet)
    cases, wrong = read_cases(folder / "cases.jsonl")
    wrong = [*wrong, *(problems(evalset, cases, name) if cases or not wrong else ())]
    if wrong:
        raise EvalSetError(
            f"eval set {name!r}: {wrong[0]}" if len(wrong) == 1 else _several(name, wrong),
            expected="cases and assertions that fit together",
            fix=f"Correct {folder}",
        )
    return Library(evalset, tuple(cases))


def _several(name: str, wrong: Sequence[str]) -> str:
    return "\n".join([f"eval set {name!r} has {len(wrong)} problems:", *(f"  {problem}" for problem in wrong)])


def names(root: Path) -> list[str]:
    """The eval sets under this root, sorted."""
    return sorted(path.parent.name for path in root.glob("*/evalset.yaml"))
