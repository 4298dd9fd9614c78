"""The legs: first tokens and log-probabilities of an endpoint, texts of a cell by night and by week."""

from __future__ import annotations

from typing import Any, ClassVar

from tasks.drift import dispersion, fingerprint, logprobs, text
from tasks.drift.contract import LOGPROBS, TEMPERATURE
from tasks.drift.logprobs import Vector
from tasks.drift.rule import LOGPROBS_FLOOR, NUMERICS_FLOOR, WEEK_FLOOR, Draw
from tasks.drift.text import WEEK_NIGHTS
from tasks.drift.verdict import Coverage
from tasks.gateway.gateway import Gateway
from tasks.ledger import drift
from tasks.ledger.drift import Check, LegName
from tasks.release.workspace import Workspace

from . import meaning, probing
from .batches import seed_of
from .blessing import Blessed
from .examples import moved, shifted
from .looking import Compared, Lens
from .probing import Drawn
from .target import Endpoint, Sizes, Texts


class Fingerprint(Lens[Endpoint, str]):
    name = "fingerprint"
    floor = NUMERICS_FLOOR

    def draw(self, draw: Draw, *, doubled: bool) -> Drawn[str]:
        draws = self.sizes.confirm if draw is Draw.CONFIRM else self.sizes.screen
        return probing.tokens(self.gate, self.target, self.known.collected.probes, draws)

    def compare(self, drawn: Drawn[str], seed: int) -> Compared:
        return Compared(fingerprint.compare(self.known.collected.answers, drawn.answers, seed))

    def examples(self, drawn: Drawn[str]) -> list[dict[str, str]]:
        return moved(self.known.collected.answers, drawn.answers)


class Logprobs(Lens[Endpoint, Vector]):
    name = "logprobs"
    floor = LOGPROBS_FLOOR

    def phi(self) -> float:
        """Their own: they see changes that neither tokens nor texts show."""
        batches = [batch.vectors for batch in self.known.collected.batches if batch.vectors]
        known = dispersion.calibrate_logprobs(batches, seed_of(self.target.name, "calibration"))
        quiet = drift.quiet(self.workspace.store, self.target.key, (self.name,), self._lately())
        return dispersion.phi(known, quiet)

    def draw(self, draw: Draw, *, doubled: bool) -> Drawn[Vector]:
        draws = self.sizes.vectors_confirm if draw is Draw.CONFIRM else self.sizes.vectors
        return probing.vectors(self.gate, self.target, logprobs.width(self.known.collected.vectors), draws)

    def compare(self, drawn: Drawn[Vector], seed: int) -> Compared:
        found = logprobs.compare(self.known.collected.vectors, drawn.answers, seed)
        return Compared(found.shift, f"vectors never seen before after {len(found.unseen)} of {len(drawn.answers)}")

    def examples(self, drawn: Drawn[Vector]) -> list[dict[str, str]]:
        return shifted(self.known.collected.vectors, drawn.answers)


class Nightly(Lens[Texts, str]):
    """Answers of one night."""

    name: ClassVar[LegName] = "text"

    def calls(self, *, doubled: bool = False) -> int:
        draw = self.standing().leg.watch.wants()
        return 0 if draw is None else self._draws(draw, doubled) * len(self.target.selection.cases)

    def draw(self, draw: Draw, *, doubled: bool) -> Drawn[str] | None:
        return probing.answers(self.workspace, self.gate, self.target, self._draws(draw, doubled))

    def compare(self, drawn: Drawn[str], seed: int) -> Compared:
        then, now = meaning.vectors([self.known.collected.answers, drawn.answers])
        return Compared(text.compare(self.known.collected.answers, drawn.answers, seed, (then, now)))

    def examples(self, drawn: Drawn[str]) -> list[dict[str, str]]:
        return moved(self.known.collected.answers, drawn.answers)

    def _draws(self, draw: Draw, doubled: bool) -> int:
        return self.sizes.text_confirm if draw is Draw.CONFIRM or doubled else self.sizes.text_screen


class Weekly(Nightly):
    """The answers of seven quiet nights together, for what one night is too small for. Each night counts in one week;
    what confirms a week is as many fresh answers."""

    name = "week"
    floor = WEEK_FLOOR

    def calls(self, *, doubled: bool = False) -> int:
        """A week is pooled from what nights have asked for."""
        wants = self.standing().leg.watch.wants()
        return self.sizes.week * len(self.target.selection.cases) if wants is Draw.CONFIRM else 0

    @property
    def progress(self) -> str:
        """How full this week is, and what the last one came to."""
        last = self._last()
        before = f", the last one z {last.z:.1f}" if last is not None and last.z is not None else ""
        return f"week: {len(self.nights())} of {WEEK_NIGHTS} nights{before}"

    def nights(self) -> list[Check]:
        """The quiet ones since the last week, of the last fortnight: those that turned no key and lost few calls."""
        last = self._last()
        begin = self._lately() if last is None else max(last.at, self._lately())
        rows = drift.since(self.workspace.store, self.target.name, ("text",), self.known.row.at, begin)
        after = rows if last is None else [row for row in rows if row.at > last.at]
        return [row for row in after if row.draw == Draw.SCREEN and row.z is not None and not row.watch["looks"]]

    def _last(self) -> Check | None:
        return drift.last(self.workspace.store, self.target.name, self.name, self.known.row.at)

    def draw(self, draw: Draw, *, doubled: bool) -> Drawn[str] | None:
        if draw is Draw.CONFIRM:
            return probing.answers(self.workspace, self.gate, self.target, self.sizes.week)
        nights = self.nights()[-WEEK_NIGHTS:]
        return _pooled(nights) if self.target.cell.tier == "A" and len(nights) == WEEK_NIGHTS else None

    def outputs(self, draw: Draw, drawn: Drawn[str]) -> dict[str, Any]:
        """What is pooled is kept by night."""
        return {} if draw is Draw.SCREEN else super().outputs(draw, drawn)


def _pooled(nights: list[Check]) -> Drawn[str]:
    answers: dict[str, list[str]] = {}
    for night in nights:
        for case, pairs in night.outputs.items():
            answers.setdefault(case, []).extend(pair["answer"] for pair in pairs)
    planned, failed = sum(night.planned for night in nights), sum(night.failed for night in nights)
    return Drawn(answers, Coverage(planned, sum(map(len, answers.values())), failed))


Legs = tuple[Lens[Any, Any], ...]


def of_endpoint(workspace: Workspace, gate: Gateway, target: Endpoint, known: Blessed, sizes: Sizes) -> Legs:
    """Those that its reference has."""
    given = workspace, gate, target, known, sizes
    legs: list[Lens[Any, Any]] = [Fingerprint(*given)] if known.collected.probes else []
    return (*legs, Logprobs(*given)) if _tells(known) else tuple(legs)


def _tells(known: Blessed) -> bool:
    """Whether it has log-probabilities enough."""
    drawn = known.collected.vectors.values()
    return min(map(len, drawn), default=0) >= logprobs.LEAST_REFERENCE


def of_texts(workspace: Workspace, gate: Gateway, target: Texts, known: Blessed, sizes: Sizes) -> Legs:
    given = workspace, gate, target, known, sizes
    return Nightly(*given), Weekly(*given)


def missing(known: Blessed) -> tuple[str, ...]:
    """What an endpoint cannot be compared by, in words."""
    capable = known.collected.observed.capabilities if known.collected.observed else {}
    found = []
    if not known.collected.probes:
        refused = capable.get(TEMPERATURE) is False
        found.append(f"no fingerprint, {'a low temperature is refused' if refused else 'too few border inputs'}")
    if not _tells(known):
        given = {None: "not tried for this reference", False: "the endpoint gives none", True: "too few were drawn"}
        found.append(f"no log-probabilities, {given[capable.get(LOGPROBS)]}")
    return tuple(found)
