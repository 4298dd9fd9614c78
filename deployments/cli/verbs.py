"""The group of a noun: help that leaves nothing out, and names that a person probably meant."""

from __future__ import annotations

import click

from registry.nearest import nearest


class Verbs(click.Group):
    """Shows the whole first sentence of each verb, which click cuts off at the width of a line."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, self._about(ctx, name)) for name in self.list_commands(ctx)])

    def _about(self, ctx: click.Context, name: str) -> str:
        command = self.get_command(ctx, name)
        return command.get_short_help_str(limit=1000) if command else ""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Raises UsageError with the verb that was probably meant."""
        guess = None if args[0] in self.list_commands(ctx) else nearest(args[0], self.list_commands(ctx))
        if guess:
            ctx.fail(f"There is no {args[0]!r}; did you mean {guess!r}?")
        return super().resolve_command(ctx, args)
