"""A version file as it counts: the snippets and the image files that it refers to are in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from . import images
from .artifact import PromptVersion
from .files import invalid, read_text
from .image_url import is_https
from .message import Image, Message
from .problem import Misfit, Problem
from .snippets import Inlined, Snippets, Wrong
from .yaml_document import Document, dotted


class Loaded(NamedTuple):
    """`texts` are those of the messages that include snippets, by index."""

    version: PromptVersion
    texts: Mapping[int, Inlined]


class _Flaw(NamedTuple):
    path: tuple[str | int, ...]
    what: Wrong | Misfit


def inlined(written: PromptVersion, path: Path, snippets: Snippets) -> Loaded:
    """`path` is that of its file, in `prompts/<id>/` of the registry. Raises InvalidFile with the place of every tag
    and image that cannot be inlined."""
    texts = [snippets.inlined(message.content) for message in written.messages]
    flaws = [_Flaw(("messages", at, "content"), wrong) for at, text in enumerate(texts) for wrong in text.wrong]
    messages = tuple(
        _message(at, message, texts[at], path.parents[2], flaws) for at, message in enumerate(written.messages)
    )
    if flaws:
        raise invalid(path, list(_placed(flaws, read_text(path))))
    version = written if messages == written.messages else written.model_copy(update={"messages": messages})
    return Loaded(version, {at: text for at, text in enumerate(texts) if text.names})


def _message(index: int, message: Message, text: Inlined, root: Path, flaws: list[_Flaw]) -> Message:
    if not message.images:
        return message.model_copy(update={"content": text.text}) if text.names else message
    place = ("messages", index, "images")
    held = tuple(_image((*place, at), image, root, flaws) for at, image in enumerate(message.images))
    return message.model_copy(update={"content": text.text, "images": held})


def _image(place: tuple[str | int, ...], image: Image, root: Path, flaws: list[_Flaw]) -> Image:
    """The image itself, with a flaw noted when its file is not what was pinned or when it is no reference at all."""
    if image.file is None:
        if image.url and not is_https(image.url):
            fix = "put the image into registry/images and name it under `file`"
            flaws.append(_Flaw((*place, "url"), Misfit("a data URI", expected="an https URL", fix=fix)))
        return image
    try:
        return Image(url=images.read(root, image))
    except Misfit as misfit:
        flaws.append(_Flaw((*place, "file"), misfit))
        return image


def _placed(flaws: list[_Flaw], source: str) -> Iterator[Problem]:
    document = Document(source)
    for path, what in flaws:
        start = document.place(path)
        if isinstance(what, Wrong):
            yield what.problem(dotted(path), source, start)
        else:
            yield Problem(*start, dotted(path), what.found, what.expected, what.fix)
