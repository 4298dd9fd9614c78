from __future__ import annotations

from typing import Any

import pytest

from registry.diff.paragraphs import paragraphs, text_of


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("one", ["one"]),
        ("one\nstill one", ["one\nstill one"]),
        ("one\n\ntwo\n \n\nthree", ["one", "two", "three"]),
        ("list:\n- a\n- b\n  more b\n1. c", ["list:", "- a", "- b\n  more b", "1. c"]),
        ("# head\ntext\n## head", ["# head\ntext", "## head"]),
        ("<message>\n{{ message }}\n</message>\nAnswer.", ["<message>", "{{ message }}", "</message>", "Answer."]),
        ("a < b\nand b > a", ["a < b\nand b > a"]),
        ("\n  padded \n", ["padded"]),
        (
            [{"type": "text", "text": "look"}, {"type": "image", "ref": "a.png"}],
            ["look", '{"ref": "a.png", "type": "image"}'],
        ),
    ],
)
def test_paragraphs_of_a_message(content: Any, expected: list[str]) -> None:
    opening, *found = paragraphs([{"role": "user", "content": content}])
    assert (opening.opens, opening.role) == (True, "user")
    assert [one.text for one in found] == expected


@pytest.mark.parametrize("content", ["one\n\ntwo", "\n\n one\n- two\n\n", "<a>\nx\n</a>\n", " \n "])
def test_nothing_of_a_message_is_lost(content: str) -> None:
    found = paragraphs([{"role": "user", "content": content}])
    assert "".join(one.gap + one.text + one.tail for one in found) == content


def test_a_content_of_strings_is_text() -> None:
    assert text_of(["a", "b"]) == "a\n\nb"
