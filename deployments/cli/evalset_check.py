"""`promptship evalset check`: what is wrong with an eval set, what it cannot do, and how worn it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from deployments.cli.output import as_json, document

if TYPE_CHECKING:
    from registry.catalog import Catalog
    from registry.roots import Roots
    from tasks.evaluation.evalset import Library
    from tasks.evaluation.remark import Remark
    from tasks.evaluation.usage import Wear


@click.command("check")
@click.argument("name")
@as_json
def check(name: str, json_: bool) -> int:
    """Say what is wrong with an eval set, and what it cannot do; exit 1 with errors, 3 when it cannot be read."""
    from registry.catalog import Catalog
    from registry.roots import Roots
    from tasks.evaluation import evalset, usage
    from tasks.evaluation.check import check as remarks_of
    from tasks.evaluation.held_out import held_out

    roots = Roots.find()
    library = evalset.read(roots.evalsets, name.partition("/")[0])
    worn = _wear(roots, library)
    remarks = remarks_of(library, _sizes())
    catalog = Catalog(roots.registry)
    remarks += [*held_out(library, prompts(catalog, library)), *usage.remarks(worn), *_judged(roots, catalog, library)]
    wrong = any(remark.severity == "error" for remark in remarks)
    told = _facts(library, worn)
    if json_:
        found = [remark._asdict() for remark in remarks]
        document("evalset", name=library.evalset.name, verdict="reject" if wrong else "pass", **told, remarks=found)
        return int(wrong)
    click.echo("\n".join(_sentences(library.evalset.name, told)))
    for remark in remarks:
        click.echo(f"{remark.code} {remark.severity}: {remark.what}")
    return int(wrong)


def prompts(catalog: Catalog, library: Library) -> dict[str, str]:
    """The texts of the versions that are gated with this set; what cannot be read is lint's to say."""
    from registry.errors import RegistryError

    found: dict[str, str] = {}
    for prompt, version in [(name, one) for name in catalog.prompts() for one in catalog.versions(name)]:
        try:
            read = catalog.read(prompt, version)
        except RegistryError:
            continue
        if read.evals and library.evalset.name in {read.evals.fast.split("/")[0], read.evals.full.split("/")[0]}:
            found[read.name] = "\n".join(message.content for message in read.messages)
    return found


def _judged(roots: Roots, catalog: Catalog, library: Library) -> list[Remark]:
    """What the gate will say of the set's judge. Raises what an unknown judge raises."""
    from tasks.calibration import keeping, standing
    from tasks.calibration.rubrics import rubrics_sha
    from tasks.evaluation.seating import seat

    name, rubrics = library.evalset.name, rubrics_sha(library)
    if rubrics is None:
        return []
    panel = seat(library.evalset, catalog, [])
    calibration = keeping.read(roots.evalsets, name)
    return standing.remarks(standing.doubts(name, rubrics, panel.behaviors, calibration))


def _sizes() -> Any:
    from deployments.cli.evalset_plan import sizes

    return sizes()


def _wear(roots: Roots, library: Library) -> Wear:
    """As far as there is a ledger."""
    from tasks.evaluation.usage import Usage, wear
    from tasks.gate import measuring
    from tasks.ledger.store import Store
    from tasks.release.workspace import wall_clock

    store = Store.of(roots)
    used = measuring.usage(store, library) if store.exists() else Usage(0, None)
    return wear(library, used, wall_clock().date())


def _facts(library: Library, worn: Wear) -> dict[str, Any]:
    from tasks.evaluation.planning import fits

    gate = [case for case in library.cases if case.split == "gate"]
    gated = [name for name, subset in library.evalset.subsets.items() if subset.split == "gate"]
    return {
        "dev": len(library.cases) - len(gate),
        "gate": len(gate),
        "clusters": len({case.group for case in gate}),
        "adversarial": sum(case.adversarial for case in gate),
        "subsets": {name: fits(library.select(name), _sizes()) for name in gated},
        **worn._asdict(),
    }


def _sentences(name: str, told: dict[str, Any]) -> list[str]:
    gate = told["gate"]
    share = f" ({told['adversarial'] / gate:.0%})" if gate else ""
    cases = f"{told['dev']} dev cases, {gate} gate cases in {told['clusters']} clusters"
    lines = [f"{name}: {cases}, {told['adversarial']} of them adversarial{share}"]
    for subset, fit in told["subsets"].items():
        risks = [f"{risk} {found}" for risk, found in fit.items()]
        lines.append(f"{name}/{subset} at risk: {', '.join(risks)}")
    age = "age unknown" if told["age_days"] is None else f"{told['age_days']} days old"
    fresh = "no case says when it was added" if told["fresh"] is None else f"{told['fresh']:.0%} added in a quarter"
    return [*lines, f"gate split: {told['looks']} candidates looked at it, {age}, {fresh}"]
