"""Images of foreign messages: in chats, in .prompty files and in Python code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from registry.importers.chat import messages_of
from registry.importers.image_parts import read_variables, reference
from registry.importers.notes import Notes, Place, Refusal
from registry.importers.promptfoo_config import read_config
from registry.importers.prompty import read_prompty
from registry.importers.python_prompts import find_in
from registry.message import Image, Message

AT = Place("chat.json", 1)
URL = "https://example.com/a.png"
TEXT = {"type": "text", "text": "What is it?"}
SHOWN = Image(url=URL)


def chat(*parts: Any, role: str = "user") -> tuple[Message, Notes]:
    notes = Notes()
    (message,) = messages_of([{"role": role, "content": list(parts)}], AT, notes)
    return message, notes


@pytest.mark.parametrize(("part", "image"), [
    ({"type": "image_url", "image_url": {"url": URL}}, SHOWN),
    ({"type": "image_url", "image_url": URL}, SHOWN),
    ({"type": "input_image", "image_url": URL}, SHOWN),
    ({"type": "image", "source": {"type": "url", "url": URL}}, SHOWN),
    ({"type": "image_url", "image_url": {"url": "{{ photo }}"}}, Image(variable="photo")),
])  # fmt: skip
def test_an_image_by_reference(part: dict[str, Any], image: Image) -> None:
    message, notes = chat(TEXT, part)
    assert (message.content, message.images, notes.all) == ("What is it?", (image,), ())


@pytest.mark.parametrize(("part", "why"), [
    ({"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}, "stands in the file itself"),
    ({"type": "image", "source": {"type": "base64", "data": "AAAA"}}, "stands in the file itself"),
    ({"type": "image_url", "image_url": {"url": "http://example.com/a.png"}}, "has no https"),
    ({"type": "image_url", "image_url": {"url": "https://example.com/{{ name }}"}}, "one variable"),
    ({"type": "input_image", "file_id": "file_1"}, "without a URL"),
    ({"type": "image_url", "image_url": 7}, "without a URL"),
    ({"type": "input_audio"}, "holds text, input_audio: only text and images are read"),
    ("plain", "holds text, str"),
])  # fmt: skip
def test_what_is_no_reference_is_refused(part: Any, why: str) -> None:
    with pytest.raises(Refusal, match=why):
        chat(TEXT, part)


@pytest.mark.parametrize(("parts", "role", "why"), [
    ([{"type": "image_url", "image_url": URL}], "user", "images and no text"),
    ([TEXT, {"type": "image_url", "image_url": URL}], "assistant", "user messages only"),
    ([TEXT, *[{"type": "image_url", "image_url": URL}] * 17], "user", "16"),
    ([], "user", "holds nothing"),
])  # fmt: skip
def test_what_a_message_cannot_hold(parts: list[Any], role: str, why: str) -> None:
    with pytest.raises(Refusal, match=why):
        chat(*parts, role=role)


def test_what_is_said_in_other_words_is_told() -> None:
    detailed = {"type": "image_url", "image_url": {"url": URL, "detail": "low"}}
    message, notes = chat(detailed, TEXT, {"type": "text", "text": "Be brief."})
    assert (message.content, message.images) == ("What is it?\nBe brief.", (SHOWN,))
    assert [(note.kind, note.what.split(":")[0]) for note in notes.all] == [
        ("changed", "2 parts of text are one, with a line break between them"),
        ("changed", "the images stand behind the text"),
        ("no counterpart", "'detail' of an image"),
    ]  # fmt: skip


def test_the_variable_of_an_image_is_declared() -> None:
    message = Message(role="user", content="{{ question }}", images=(reference("{{photo}}", AT),))
    found = read_variables(message, AT, Notes())
    assert {name: (one.type, one.untrusted) for name, one in found.items()} == {
        "photo": ("string", True), "question": ("string", True)
    }  # fmt: skip


def test_a_chat_of_promptfoo(tmp_path: Path) -> None:
    told = [{"role": "user", "content": [TEXT, {"type": "image_url", "image_url": {"url": "{{ photo }}"}}]}]
    (tmp_path / "config.json").write_text(json.dumps({"prompts": [json.dumps(told)]}))
    (draft,) = read_config(tmp_path / "config.json").drafts
    assert draft.messages[0].images == (Image(variable="photo"),)
    assert list(draft.variables) == ["photo"]


@pytest.mark.parametrize(("body", "text", "images"), [
    (f"See\n![a]({URL})\nNow", "See\n\nNow", (SHOWN,)),
    (f'See ![a](<{URL}> "A photo")', "See", (SHOWN,)),
    ("See ![]({{ photo }})", "See", (Image(variable="photo"),)),
])  # fmt: skip
def test_an_image_of_a_prompty(tmp_path: Path, body: str, text: str, images: tuple[Image, ...]) -> None:
    (tmp_path / "a.prompty").write_text(f"---\nname: a\n---\nuser:\n{body}\n")
    (draft,) = read_prompty(tmp_path / "a.prompty").drafts
    assert (draft.messages[0].content, draft.messages[0].images) == (text, images)


@pytest.mark.parametrize(("code", "text", "images"), [
    (f'[{{"type": "text", "text": f"What is shown on it? {{q}}"}}, {{"image_url": {{"url": "{URL}"}}}}]',
     "What is shown on it? {{ q }}", (SHOWN,)),
    ('[{"text": "Look at it well."}, {"type": "image_url", "image_url": {"url": order.photo}}]',
     "Look at it well.", (Image(variable="order_photo"),)),
    ('[{"text": "Look at it well."}, {"image_url": {"url": f"data:image/png;base64,{b64}"}}]',
     "Look at it well.", (Image(variable="b64"),)),
    ('[{"text": "Look at it well."}, {"type": "image", "source": {"type": "base64", "data": b64}}]',
     "Look at it well.", (Image(variable="b64"),)),
    ('[{"text": "Look at it well."}, {"text": more}]', "Look at it well.\n{{ more }}", None),
    ('[{"text": "Look at it well."}, {"image_url": "a.png"}]', "Look at it well.", None),
])  # fmt: skip
def test_an_image_in_python(code: str, text: str, images: tuple[Image, ...] | None) -> None:
    notes = Notes()
    (draft,) = find_in(f'x = [{{"role": "user", "content": {code}}}]'.encode(), "app.py", notes)
    assert (draft.messages[0].content, draft.messages[0].images) == (text, images)
    assert {image.variable for image in images or () if image.variable} <= draft.variables.keys()
    assert ('"a.png"' in code) is any("'a.png' has no https" in note.what for note in notes.all)


def test_more_images_than_a_message_holds() -> None:
    notes = Notes()
    parts = f'{{"text": "Look at it well."}}, {", ".join([f"""{{"image_url": "{URL}"}}"""] * 17)}'
    (draft,) = find_in(f'x = [{{"role": "user", "content": [{parts}]}}]'.encode(), "app.py", notes)
    assert len(draft.messages[0].images or ()) == 16
    assert "no counterpart" in {note.kind for note in notes.all}
