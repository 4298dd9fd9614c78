"""`promptship evalset plan`: how many cases and repeats a set needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from deployments.cli.output import as_json, document, table

if TYPE_CHECKING:
    from registry.roots import Roots
    from tasks.evaluation.evalset import Library
    from tasks.evaluation.planning import Option, Reach
    from tasks.gate.measuring import Measured
    from tasks.statistics.power import Components

_OPTION = ("repeats", "cases", "calls")
_REACH = ("subset", "cases", "repeats", "detects", "margins", "large enough for")


@click.command("plan")
@click.argument("name")
@click.option("--detect", type=click.FloatRange(0, 100, min_open=True), default=5, show_default=True, help="In points.")
@click.option("--measure", is_flag=True, help="Take the variance from the newest gate test of this set in the ledger.")
@as_json
def plan(name: str, detect: float, measure: bool, json_: bool) -> None:
    """Say how many cases and repeats the set needs to see a difference of --detect points.

    From the variance in evalset.yaml, else from the one that docs/methods/gate.md assumes.
    """
    from registry.roots import Roots
    from tasks.evaluation import evalset
    from tasks.evaluation.planning import options, reach

    roots = Roots.find()
    library = evalset.read(roots.evalsets, name.partition("/")[0])
    measured = _measured(roots, library) if measure else None
    found, source = _components(library, measured)
    gated = [library.select(subset) for subset, told in library.evalset.subsets.items() if told.split == "gate"]
    told = options(found, detect / 100)
    able = [reach(selection, found, sizes()) for selection in gated]
    if json_:
        variance = {"w2": found.w2, "s2": found.s2, "deff": found.deff, "measured": found.measured, "source": source}
        rows = [one._asdict() for one in told]
        document("evalset_plan", name=library.evalset.name, detect=detect / 100, components=variance, options=rows,
                 subsets=[one._asdict() for one in able])  # fmt: skip
    else:
        _print(detect, found, source, told, able)
    if measured is not None and not json_:
        click.echo(f"\nFor evalset.yaml, which makes it a new version of the set:\n{_lines(measured)}")


def sizes() -> Any:
    """What the gate asks of a set, by risk."""
    from tasks.evaluation.check import Size
    from tasks.gate.look import CAPS, MIN_CASES

    return {risk: Size(CAPS[risk], MIN_CASES[risk]) for risk in CAPS}


def _measured(roots: Roots, library: Library) -> Measured:
    from tasks.gate import measuring
    from tasks.ledger.store import Store

    return measuring.measured(Store.of(roots), library)


def _components(library: Library, measured: Measured | None) -> tuple[Components, str]:
    """The variance to plan with, and where it is from."""
    from tasks.statistics.power import Components

    if measured is not None:
        where = f"gate test {measured.gate_test_id[:12]}, {measured.cases} cases, {measured.rounds} rounds"
        return measured.components, where
    own = library.evalset.components
    if own is None:
        return Components(), "assumed"
    return Components(own.w2, own.s2, own.deff, own.measured), "evalset.yaml"


def _print(detect: float, found: Components, source: str, told: list[Option], able: list[Reach]) -> None:
    click.echo(f"variance: between cases {found.w2:.4g}, within {found.s2:.4g}, clusters x {found.deff:.3g} ({source})")
    click.echo(f"\nTo pass an equal version within {detect:g} points, or prove a drop of as much (80 % power):")
    table(_OPTION, [one._asdict() for one in told])
    click.echo("\nWhat there is:")
    table(_REACH, [_row(one) for one in able])


def _row(one: Reach) -> dict[str, Any]:
    margins = [f"{risk} {value * 100:g}" for risk, value in one.margins.items()]
    enough = [risk for risk, fit in one.fits.items() if fit == "enough"]
    rarely = [f"{risk} rarely" for risk, fit in one.fits.items() if fit == "rarely"]
    return {
        "subset": one.subset,
        "cases": one.cases,
        "repeats": one.repeats,
        "detects": f"{one.detects * 100:.1f} points",
        "margins": margins,
        "large enough for": [*enough, *rarely] or "rejecting only",
    }


def _lines(measured: Measured) -> str:
    """`aa` only where one model answered every case alike: that lets a gate take one round."""
    found = measured.components
    line = f"components: {{w2: {found.w2:.4g}, s2: {found.s2:.4g}, deff: {found.deff:.4g}, measured: {found.measured}}}"
    if measured.identical < measured.cases or len(measured.models) != 1:
        return f"{line}\naa: null   # {measured.identical} of {measured.cases} cases had the same answer each time"
    told = f"date: {found.measured}, same: {measured.identical}, of: {measured.cases}"
    return f"{line}\naa: {{model: {measured.models[0]!r}, server: <its settings>, {told}}}"
