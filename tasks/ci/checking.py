"""Check a pull request: find the changed versions, lint them, try them on their dev cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from registry.catalog import Catalog
from registry.diff import as_markdown
from registry.diff.lineage import Side
from registry.diff.version_diff import diff
from registry.errors import PromptshipError
from registry.files import shown_path
from tasks.ci.change import Change, changes, removed
from tasks.ci.checked import Check, Checked, Untried
from tasks.ci.history import Before, History
from tasks.ci.kept import Kept
from tasks.ci.match import baseline_of
from tasks.ci.seen import look
from tasks.ci.trying import Trying
from tasks.gateway.budget import Budget
from tasks.gateway.cache import Cache
from tasks.gateway.gateway import Gateway
from tasks.lint.linting import Linted, lint_all
from tasks.release.verdict import Verdict
from tasks.release.workspace import Workspace


def kept(workspace: Workspace) -> Kept:
    return Kept(workspace.roots.cache / "ci")


def check(workspace: Workspace, base: str, *, environment: str, budget: Budget) -> Check:
    """Everything that this branch changed since `base`; the baseline is what is live in `environment`, or the version
    before. `budget` is what is left for the whole pull request.

    What goes wrong with one version is that version's error. Raises SettingsError when git does not know the base.
    """
    roots, history = workspace.roots, History(workspace.roots.registry)
    trying = Trying(workspace, kept(workspace), Gateway(budget, Cache(roots.cache)))
    with history.before(roots, base) as before:
        old, new = look(before.registry, before.evalsets), look(roots.registry, roots.evalsets)
        linted = lint_all(workspace.catalog, now=workspace.now())
        return Check(
            base=before.commit,
            head=history.head,
            versions=tuple(_versions(trying, changes(old, new), linted, environment)),
            others=tuple(_others(workspace.catalog, new, before, linted)),
            removed=tuple(removed(old, new)),
            spent=budget.told,
        )


def changed_since(workspace: Workspace, base: str) -> list[Change]:
    """What a release after a merge starts from. Raises SettingsError."""
    roots = workspace.roots
    with History(roots.registry).before(roots, base) as before:
        return changes(look(before.registry, before.evalsets), look(roots.registry, roots.evalsets))


def _versions(trying: Trying, found: Sequence[Change], linted: Sequence[Linted], environment: str) -> Iterator[Checked]:
    by_path = {one.path: one for one in linted}
    for change in found:
        said = by_path[shown_path(trying.workspace.catalog.path(change.prompt, change.version))]
        baseline = baseline_of(trying.workspace, change.prompt, change.version, environment)
        tried = _refused(said) or trying.of(change, baseline)
        yield Checked(change, said, tried, _diff(trying.workspace.catalog, change, baseline))


def _refused(linted: Linted) -> Untried | None:
    if not linted.readable:
        return Untried("it cannot be read", open=True)
    refused = linted.report.verdict is Verdict.REJECT
    return Untried("lint refuses it, so no model is asked", open=False) if refused else None


def _others(catalog: Catalog, names: Iterable[str], before: Before, linted: Sequence[Linted]) -> Iterator[Linted]:
    """What lint read beside the versions, where it is not as it was: snippets that none includes, and strays."""
    versions = {shown_path(catalog.path(*name.split("@"))) for name in names}
    for one in linted:
        path = Path(one.path).absolute()
        if one.path not in versions and not _same(path, before.registry / path.relative_to(catalog.root.absolute())):
            yield one


def _same(now: Path, then: Path) -> bool:
    return then.is_file() and now.read_bytes() == then.read_bytes()


def _diff(catalog: Catalog, change: Change, baseline: str | None) -> str | None:
    """None where there is nothing to compare with that can be read."""
    if baseline is None:
        return None
    numbers = sorted(int(name[1:]) for name in (baseline, change.version))
    between = [name for name in catalog.versions(change.prompt) if numbers[0] < int(name[1:]) < numbers[1]]
    try:
        old, new, *others = (_side(catalog, change.prompt, name) for name in (baseline, change.version, *between))
    except PromptshipError:
        return None
    return as_markdown.render(diff(old, new, others))


def _side(catalog: Catalog, prompt: str, name: str) -> Side:
    version = catalog.read(prompt, name)
    return Side(version, catalog.behavior(version))
