from __future__ import annotations

import pytest

from registry.diff.alignment import Change, align

Said = tuple[str, str]


def messages(*said: Said) -> list[dict[str, str]]:
    return [{"role": role, "content": content} for role, content in said]


def told(changes: tuple[Change, ...]) -> list[str]:
    """`kind text` of all that did not stay; an opening is its role in angle brackets."""
    return [
        f"{change.kind} {change.paragraph.text or f'<{change.paragraph.role}>'}"
        for change in changes
        if change.kind != "same"
    ]


A, B, C = "Answer with one word only.", "Never promise a refund.", "Be kind to every customer."
CASES: list[tuple[str, list[Said], list[Said], list[str]]] = [
    ("nothing", [("system", f"{A}\n\n{B}")], [("system", f"{A}\n\n{B}")], []),
    (
        "reworded",
        [("system", f"{A}\n\n{B}")],
        [("system", f"{A}\n\nPromise no refund.")],
        ["changed Promise no refund."],
    ),
    ("added", [("system", A)], [("system", f"{A}\n\n{B}")], [f"added {B}"]),
    ("removed", [("system", f"{A}\n\n{B}\n\n{C}")], [("system", f"{A}\n\n{C}")], [f"removed {B}"]),
    ("moved", [("system", f"{A}\n\n{B}\n\n{C}")], [("system", f"{B}\n\n{C}\n\n{A}")], [f"moved {A}"]),
    (
        "moved to another message",
        [("system", f"{A}\n\n{B}"), ("user", C)],
        [("system", A), ("user", f"{C}\n\n{B}")],
        [f"moved {B}"],
    ),
    (
        "moved and changed",
        [("system", f"{A}\n\n{B}\n\n{C}")],
        [("system", f"{B}\n\n{C}\n\nAnswer with one word at most only.")],
        ["moved Answer with one word at most only."],
    ),
    ("replaced", [("system", f"{A}\n\n{B}")], [("system", f"{A}\n\n{C}")], [f"removed {B}", f"added {C}"]),
    ("white space inside", [("system", A)], [("system", A.replace(" ", "  "))], [f"whitespace {A.replace(' ', '  ')}"]),
    ("a blank line more", [("system", f"{A}\n\n{B}")], [("system", f"{A}\n\n\n{B}")], [f"whitespace {B}"]),
    ("a line break at the end", [("system", A)], [("system", A + "\n")], [f"whitespace {A}"]),
    ("a line break in front", [("system", A)], [("system", "\n" + A)], [f"whitespace {A}"]),
    ("nothing to remark about a neighbor", [("system", f"{A}\n\n{B}")], [("system", B)], [f"removed {A}"]),
    ("the role", [("system", f"{A} {B}")], [("user", f"{A} {B}")], ["changed <user>"]),
    (
        "an example in between",
        [("system", A), ("user", "Order 1, a lamp"), ("assistant", "lamp"), ("user", "{{ message }}")],
        [
            ("system", A),
            ("user", "Order 7, a rug"),
            ("assistant", "rug"),
            ("user", "Order 1, a lamp"),
            ("assistant", "lamp"),
            ("user", "{{ message }}"),
        ],
        ["added <user>", "added Order 7, a rug", "added <assistant>", "added rug"],
    ),
    (
        "short words do not move",
        [("system", f"{B}\n\nAnswer:")],
        [("system", f"Answer:\n\n{B}")],
        ["added Answer:", "removed Answer:"],
    ),
]


@pytest.mark.parametrize(("before", "after", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_became_of_paragraphs(before: list[Said], after: list[Said], expected: list[str]) -> None:
    assert told(align(messages(*before), messages(*after))) == expected


@pytest.mark.parametrize(("before", "after"), [case[1:3] for case in CASES], ids=[case[0] for case in CASES])
def test_each_paragraph_is_told_once(before: list[Said], after: list[Said]) -> None:
    changes = align(messages(*before), messages(*after))
    again = align(messages(*after), messages(*before))
    assert len([c for c in changes if c.before]) == len([c for c in again if c.after])
    assert [c.after for c in changes if c.after] == sorted(
        (c.after for c in changes if c.after), key=lambda one: one.message
    )
    assert len({id(c.before) for c in changes if c.before}) == len([c for c in changes if c.before])


def test_a_move_says_what_it_changed() -> None:
    (change,) = [c for c in align(messages(*CASES[6][1]), messages(*CASES[6][2])) if c.kind == "moved"]
    assert [run.text.strip() for run in change.words if run.kind == "new"] == ["at most"]
