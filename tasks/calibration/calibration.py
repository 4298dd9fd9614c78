"""How a judge did against people: the file `calibration.json` beside evalset.yaml, written by `judge calibrate`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from statistics import median
from typing import Literal

from registry.strict import Strict
from tasks.statistics.agreement import KAPPA, LABELS, Agreement, agreement, lean, uncertainty
from tasks.statistics.paired import Interval

from .label import Label

GROUP = 20
"""Labels that a group and its rest need before a lean is looked for."""


class Measured(Strict):
    """A value with its two-sided 95 % interval; None where one of the classes was never seen."""

    value: float | None
    low: float | None = None
    high: float | None = None


class Leaning(Strict):
    """How much kinder the judge is to this group than to the others on answers that people find alike; `differs`: more
    than chance explains."""

    by: Literal["arm", "style", "length"]
    group: str
    n: int
    value: float
    low: float
    high: float
    differs: bool


class Calibration(Strict):
    """`judge` are behavior versions, `rubrics` the sha of what was asked, `unread` the answers it left unscored."""

    judge: Mapping[str, str]
    rubrics: str
    measured: date
    n: int
    unread: int
    kappa: Measured
    sensitivity: Measured
    specificity: Measured
    leanings: tuple[Leaning, ...] = ()

    @property
    def agreement(self) -> Agreement:
        return Agreement(self.n, self.kappa.value, self.sensitivity.value, self.specificity.value)

    @property
    def fit(self) -> bool:
        """Enough labels, enough agreement, and no group that it is kinder to."""
        return not self.faults

    @property
    def faults(self) -> tuple[str, ...]:
        """Why it may not pass a version by itself, as sentences without a full stop."""
        found = []
        if self.n < LABELS:
            found.append(f"the judge was compared with people on {self.n} answers, {LABELS} are needed")
        if self.kappa.value is None or self.kappa.value < KAPPA:
            shown = "unknown" if self.kappa.value is None else f"{self.kappa.value:.2f}"
            found.append(f"the judge is unfit for gating: kappa with people's labels is {shown}, {KAPPA:.2f} is needed")
        return (*found, *(_sentence(one) for one in self.leanings if one.differs))


def calibrate(
    labels: Sequence[Label], verdicts: Sequence[bool | None], judge: Mapping[str, str], rubrics: str, measured: date
) -> Calibration:
    """Pure. The labels whose verdict is None are counted and left out."""
    read = [(label, verdict) for label, verdict in zip(labels, verdicts, strict=True) if verdict is not None]
    human, said = [label.good for label, _ in read], [verdict for _, verdict in read]
    found, intervals = agreement(human, said), uncertainty(human, said)
    return Calibration(
        judge=judge,
        rubrics=rubrics,
        measured=measured,
        n=found.n,
        unread=len(labels) - len(read),
        kappa=_measured(found.kappa, intervals.kappa),
        sensitivity=_measured(found.sensitivity, intervals.sensitivity),
        specificity=_measured(found.specificity, intervals.specificity),
        leanings=tuple(_leanings(read)),
    )


def _measured(value: float | None, interval: Interval | None) -> Measured:
    return Measured(value=value) if interval is None else Measured(value=value, low=interval.low, high=interval.high)


Read = tuple[Label, bool]
By = Literal["arm", "style", "length"]


def _leanings(read: Sequence[Read]) -> Iterable[Leaning]:
    """Each group of arm, style and length against the others of its kind; of two groups one says it all."""
    if not read:
        return
    middle = median(len(label.answer) for label, _ in read)
    told: dict[By, Callable[[Label], str | None]] = {
        "arm": lambda label: label.arm,
        "style": lambda label: label.style,
        "length": lambda label: "long" if len(label.answer) > middle else "short",
    }
    compared = [one for by, name in told.items() for one in _groups(by, read, name)]
    for by, group, n, strata in compared:
        if found := lean(strata, len(compared)):
            low, high = found.interval
            differs = found.significant
            yield Leaning(by=by, group=group, n=n, value=found.value, low=low, high=high, differs=differs)


def _groups(
    by: By, read: Sequence[Read], name: Callable[[Label], str | None]
) -> Iterable[tuple[By, str, int, list[tuple[list[float], list[float]]]]]:
    """The groups that are large enough, with the verdicts of group and rest for good and for bad answers."""
    told = [(name(label), label.good, float(verdict)) for label, verdict in read]
    sizes = Counter(group for group, _, _ in told if group is not None)
    names = sorted(sizes)
    for group in names[:1] if len(names) == 2 else names:
        if min(sizes[group], sizes.total() - sizes[group]) >= GROUP:
            yield by, group, sizes[group], [_sides(told, group, good) for good in (True, False)]


def _sides(told: Sequence[tuple[str | None, bool, float]], group: str, good: bool) -> tuple[list[float], list[float]]:
    own = [verdict for name, truth, verdict in told if truth is good and name == group]
    return own, [verdict for name, truth, verdict in told if truth is good and name not in (group, None)]


def _sentence(leaning: Leaning) -> str:
    word = "kinder" if leaning.value > 0 else "harder"
    low, high = sorted((abs(leaning.low), abs(leaning.high)))
    return (
        f"the judge is {word} on {leaning.by} {leaning.group!r} than on others by "
        f"{100 * abs(leaning.value):.0f} points ({100 * low:.0f} to {100 * high:.0f})"
    )
