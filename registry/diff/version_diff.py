"""The whole difference of two versions, as a value that every renderer reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from ..behavior import Component, changed
from ..tokens import estimated
from .alignment import Change, Kind, align
from .contract import contract_changes
from .fields import FieldChange, fields
from .impact import Impact, Level, worst
from .lineage import Side, Step, steps
from .tokens import Tokens, text_sent
from .variables import VariableChanges, variable_changes

_ABOUT: Final = {"use_case", "purpose", "owner", "risk", "evals"}


@dataclass(frozen=True)
class VersionDiff:
    """`text` holds all paragraphs, also those that stayed. `settings` are the fields of every component but the prompt.

    `about` is what is no behavior: purpose, owner, risk and so on. `backwards`: the newer number comes first, as for a
    rollback; `steps` are then the versions that are taken back.
    """

    before: Side
    after: Side
    components: tuple[Component, ...]
    text: tuple[Change, ...]
    variables: VariableChanges
    settings: Mapping[Component, tuple[FieldChange, ...]]
    contract: tuple[Impact, ...]
    about: tuple[FieldChange, ...]
    tokens: Tokens
    steps: tuple[Step, ...]

    @property
    def backwards(self) -> bool:
        return self.after.number < self.before.number

    @cached_property
    def impacts(self) -> tuple[Impact, ...]:
        """On callers: of the variables they give, then of the answer they get."""
        return (*self.variables.impacts, *self.contract)

    @property
    def level(self) -> Level:
        return worst(self.impacts)

    @cached_property
    def text_changes(self) -> tuple[Change, ...]:
        return tuple(change for change in self.text if change.kind is not Kind.SAME)

    @property
    def whitespace_only(self) -> bool:
        """The prompt changed, and nothing but its white space did."""
        kinds = {change.kind for change in self.text_changes}
        return kinds == {Kind.WHITESPACE} and not self.variables

    @property
    def authors(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(step.author for step in self.steps))


def diff(before: Side, after: Side, between: Sequence[Side] = (), tokens: Tokens | None = None) -> VersionDiff:
    """`between` are the versions between the two by number, `tokens` what somebody counted. Never raises."""
    old, new = before.behavior.components, after.behavior.components
    components = tuple(changed(before.behavior.shas, after.behavior.shas))
    row = sorted([before, *between, after], key=lambda side: side.number)
    counted = tokens or Tokens(estimated(text_sent(old)), estimated(text_sent(new)))
    return VersionDiff(
        before=before,
        after=after,
        components=components,
        text=align(old["prompt"]["messages"], new["prompt"]["messages"]),
        variables=variable_changes(old["prompt"]["variables"], new["prompt"]["variables"]),
        settings={name: fields(old[name], new[name]) for name in components if name != "prompt"},
        contract=contract_changes(old["output"], new["output"]),
        about=fields(_about(before), _about(after)),
        tokens=counted,
        steps=steps(row),
    )


def _about(side: Side) -> Any:
    return side.version.model_dump(mode="json", include=_ABOUT)
