"""The endpoints of an upgrade: the new one gets a reference of its own, and both stand in models.lock.

The old one is watched on by the sentinel (`tasks.matrix.gathering.left`): that is where a rollback goes.
"""

from __future__ import annotations

from registry.errors import ModelError
from registry.models_lock import FILE, read, write
from tasks.drift.dispersion import START
from tasks.drift.rule import KEY
from tasks.matrix.gathering import WATCHED_AFTER
from tasks.release.workspace import Workspace
from tasks.sentinel.blessing import Blessed, bless, blessed
from tasks.sentinel.locking import lock
from tasks.sentinel.target import Endpoint, Sizes, endpoint


def refer(workspace: Workspace, environment: str, old: str, new: str, sizes: Sizes) -> str:
    """Look for border inputs anew and bless what they answer today, once for each upgrade; what came of it.

    Nights against a reference from before do not count any more: phi begins again. Within a night's money.
    """
    target, reason = endpoint(workspace, new), f"upgrade from {old}"
    known = blessed(workspace.store, target)
    if known is None or not _of_this(workspace, known, reason):
        usd = workspace.catalog.environments.environment(environment).budget.usd_per_night
        by, again = workspace.actor, known is not None
        try:
            known = bless(workspace, target, by=by, reason=reason, sizes=sizes, again=again, max_usd=usd)
        except ModelError as error:
            return f"{new} has no new reference: {error.found}. Later: promptship drift bless {new}"
    return _said(target, known)


def _of_this(workspace: Workspace, known: Blessed, reason: str) -> bool:
    return known.row.reason == reason and workspace.now() - known.row.at <= WATCHED_AFTER


def _said(target: Endpoint, known: Blessed) -> str:
    found = known.collected
    drawn = f"{len(found.probes)} words x {found.draws} answers" if found.probes else "its contract alone"
    until = f"alarms need z of {KEY * START:.1f} until nights show how much it varies"
    return f"reference of {target.name}: {drawn}, blessed by {known.row.blessed_by}; {until}"


def lock_both(workspace: Workspace, old: str, new: str) -> str:
    """The new model's entry as it answers today; the old one's stays as it is, and is made where it has none.

    For an author's checkout, whose commit has it. What cannot be asked has no entry, and is said.
    """
    path, models = workspace.catalog.root / FILE, workspace.catalog.models
    entries, failed = dict(read(path)), []
    for name in (new, *(name for name in (old,) if name not in entries)):
        try:
            entries[name] = lock(workspace, name, models[name])
        except ModelError as error:
            failed.append(f"{name} is not locked: {error.found}")
    write(path, entries)
    return "; ".join([f"{path} holds {', '.join(n for n in (old, new) if n in entries) or 'neither'}", *failed])
