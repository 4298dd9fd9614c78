"""A snippet by itself. What is included is linted with the prompts that include it, what is not is linted here.

Nobody knows the risk of prompts to come: it is linted as in a system message of medium risk.
"""

from __future__ import annotations

from typing import Final

from registry.artifact import Change, Decoding, PromptVersion
from registry.behavior import Behavior
from registry.message import Message
from registry.snippets import Inlined, Snippet
from tasks.lint.lint import CODES, LintReport, Rule, judged, ordered
from tasks.lint.rules.conflicting_instructions import conflicting_instructions
from tasks.lint.rules.confusable_characters import confusable_characters
from tasks.lint.rules.data_instruction import data_instruction
from tasks.lint.rules.hidden_characters import hidden_characters
from tasks.lint.rules.leaked_secret import leaked_secret
from tasks.lint.rules.personal_data import personal_data
from tasks.lint.rules.poor_form import poor_form
from tasks.lint.rules.privileged_wording import privileged_wording
from tasks.lint.subject import Subject
from tasks.lint.suppression import sift

RULES: Final[tuple[Rule, ...]] = (
    leaked_secret,
    data_instruction,
    personal_data,
    privileged_wording,
    conflicting_instructions,
    poor_form,
    hidden_characters,
    confusable_characters,
)
"""Those about texts; whether it is a template that the sandbox allows is seen when it is read."""


class _Alone(Subject):
    """A snippet as the one message of a prompt, whose lines are those of the snippet's file."""

    def line(self, *path: str | int) -> int | None:
        return super().line("text") if path[:1] == ("messages",) else super().line(*path)


def lint_snippet(snippet: Snippet, inlined: Inlined, source: str) -> LintReport:
    """`inlined` is its text with the snippets that it includes, `source` the text of its file."""
    subject = _Alone(_prompt(snippet, inlined), Behavior({}), source, inlined={0: inlined})
    sifted = sift([finding for rule in RULES for finding in rule(subject)], source, CODES)
    return LintReport(ordered(sifted.kept), judged(sifted.kept), None, sifted.suppressed)


def _prompt(snippet: Snippet, inlined: Inlined) -> PromptVersion:
    return PromptVersion(
        id=snippet.id,
        version=snippet.version,
        use_case="snippet",
        purpose=snippet.purpose or "-",
        owner=snippet.owner,
        risk="medium",
        model="-",
        decoding=Decoding(temperature=0, max_output_tokens=1),
        messages=(Message(role="system", content=inlined.text or "-"),),
        change=Change(author="-", why="-"),
    )
