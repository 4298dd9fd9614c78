"""`promptship prompt diff`."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from deployments.cli.output import as_json, document

if TYPE_CHECKING:
    from deployments.cli.registry_here import Here
    from registry.diff.lineage import Side
    from registry.diff.tokens import Tokens
    from registry.diff.version_diff import VersionDiff
    from registry.roots import Roots

_MEASURED = """
SELECT avg(old.prompt_tokens) AS before, avg(new.prompt_tokens) AS after, count(*) AS n
FROM (SELECT case_id, avg(prompt_tokens) AS prompt_tokens FROM eval_result WHERE behavior = ? GROUP BY case_id) AS old
JOIN (SELECT case_id, avg(prompt_tokens) AS prompt_tokens FROM eval_result WHERE behavior = ? GROUP BY case_id) AS new
USING (case_id)
WHERE old.prompt_tokens IS NOT NULL AND new.prompt_tokens IS NOT NULL
"""


@click.command("diff")
@click.argument("prompt")
@click.argument("before")
@click.argument("after")
@click.option(
    "--format", "form", type=click.Choice(["text", "markdown", "json"]), default="text", help="markdown: for a review."
)
@as_json
def command(prompt: str, before: str, after: str, form: str, json_: bool) -> None:
    """What changed between two versions, and by whom.

    By component first, then the text word by word; whether it breaks callers; how much longer it is. BEFORE and AFTER
    are versions, `latest`, or the name of an environment for what is live there.
    """
    from deployments.cli.registry_here import Here
    from registry.diff import as_json as json_form
    from registry.diff import as_markdown, as_terminal

    found = difference(Here.find(), prompt, before, after)
    if json_ or form == "json":
        document("diff", **json_form.document(found))
    elif form == "markdown":
        click.echo(as_markdown.render(found), nl=False)
    else:
        click.echo(as_terminal.render(found, color=sys.stdout.isatty()), nl=False)


def difference(here: Here, prompt: str, before: str, after: str) -> VersionDiff:
    """Raises UnknownPrompt, UnknownVersion, NoRoute, LockMismatch."""
    from registry.diff.version_diff import diff

    old, new = (here.side(prompt, here.concrete(prompt, word)) for word in (before, after))
    low, high = sorted((old.number, new.number))
    between = [side for side in here.sides(prompt) if low < side.number < high]
    return diff(old, new, between, _counted(here.roots, old, new))


def _counted(roots: Roots, old: Side, new: Side) -> Tokens | None:
    """The model's own count, where both versions answered the same eval cases; None while nobody can say."""
    from registry.diff.tokens import Tokens
    from registry.errors import LedgerError
    from tasks.ledger.store import Store

    store = Store.of(roots, lock_timeout_s=1)
    with suppress(LedgerError):
        rows = store.rows(_MEASURED, [old.behavior.sha, new.behavior.sha]) if store.exists() else []
        if rows and rows[0]["n"]:
            how = f"counted by the model, mean of {rows[0]['n']} eval cases"
            return Tokens(round(rows[0]["before"], 1), round(rows[0]["after"], 1), how)
    return None
