"""`promptship rehearse`: prove the way back before it is needed."""

from __future__ import annotations

import getpass

import click

from deployments.cli.output import as_json, document, environment_option


@click.command("rehearse")
@click.argument("prompt", required=False)
@environment_option()
@click.option("--by", default=None, help="Who; default: your account.")
@as_json
def command(prompt: str | None, environment: str, by: str | None, json_: bool) -> int:
    """Prove that what is live can go back to the version before.

    PROMPT, or each live prompt: its fast cases are asked of today's model, and routes are switched there and back in
    the sandbox. A version that passes is a target of rollback from then on. Exit code: 0 pass, 1 reject, 3 error.
    """
    from tasks.rehearsal.rounds import rehearse_live, sentences
    from tasks.release.verdict import Verdict
    from tasks.release.workspace import Workspace

    found = rehearse_live(Workspace.here(by or getpass.getuser()), environment, prompt)
    if json_:
        rehearsed = [one._asdict() for one in found.rehearsed]
        document("rehearsal", environment=environment, verdict=found.verdict, rehearsed=rehearsed, first=found.first)
    else:
        click.echo("\n".join(sentences(found, environment)))
    return {Verdict.PASS: 0, Verdict.REJECT: 1}.get(found.verdict, 3)
