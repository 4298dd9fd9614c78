"""PS118: the text asks for JSON, and no schema says which: nothing can check the answer."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.lint.asked import asks_json
from tasks.lint.finding import Finding, error_from
from tasks.lint.subject import Subject

CODE = "PS118"


def json_without_schema(subject: Subject) -> Iterator[Finding]:
    output = subject.version.output
    if output.schema_ is not None:
        return
    if output.format == "json":
        yield _finding(subject, subject.line("output"), "the output is json without a schema")
        return
    for passage in subject.passages:
        for sentence in passage.sentences if passage.role != "assistant" else ():
            if asks_json(sentence.text):
                said = sentence.text if len(sentence.text) <= 80 else f"{sentence.text[:77]}..."
                found = f"the text asks for JSON, and there is no output schema: {said!r}"
                yield _finding(subject, subject.passage_line(passage, sentence.start), found)
                return


def _finding(subject: Subject, line: int | None, found: str) -> Finding:
    fix = "Add `output: {format: json, schema: {...}}`, with the keys that the calling code reads"
    return Finding(CODE, error_from("high", subject.risk), line, found, "a schema where JSON is asked for", fix)
