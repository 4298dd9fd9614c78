"""PS113: an instruction stands where data stands: inside a tag, fence or ruled block, or in a variable's default.

Such a text is either planted, or an instruction of yours that the model is told elsewhere to take for data.
"""

from __future__ import annotations

from collections.abc import Iterator

from tasks.lint.finding import Finding, error_from
from tasks.lint.injection import Sign, signs
from tasks.lint.subject import Subject

CODE = "PS113"


def data_instruction(subject: Subject) -> Iterator[Finding]:
    for passage in subject.passages:
        seen: set[tuple[int, str]] = set()
        for block in passage.data:
            text = passage.text[block.start : block.end]
            for sign in signs(text):
                at = (block.start + sign.start, sign.kind)
                if at not in seen:
                    seen.add(at)
                    yield _finding(subject, subject.passage_line(passage, at[0]), f"<{block.name}>", sign, text)
    yield from _defaults(subject)


def _defaults(subject: Subject) -> Iterator[Finding]:
    for name in sorted(subject.outside):
        default = subject.version.variables[name].default
        for sign in signs(default) if isinstance(default, str) else ():
            line = subject.line("variables", name)
            yield _finding(subject, line, f"the default of {name!r}", sign, str(default))


def _finding(subject: Subject, line: int | None, where: str, sign: Sign, text: str) -> Finding:
    said = " ".join(text[sign.start : min(sign.end, sign.start + 80)].split())
    return Finding(
        CODE,
        error_from("high", subject.risk),
        line,
        f"inside {where}, which holds data, {sign.kind}: {said!r}",
        "data without instructions, instructions outside of data",
        "Remove the sentence, or move your own instruction out of the block",
    )
