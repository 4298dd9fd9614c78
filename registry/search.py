"""Which versions of a registry match: by words, use case, owner, model, risk, or the hash of a component."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .artifact import PromptVersion, Risk
from .behavior import Behavior
from .runtime.artifact_file import key_of

AROUND = 30
"""Characters shown on each side of what was found."""


@dataclass(frozen=True)
class Query:
    """What is None is not asked; all that is asked has to match.

    `text` is looked for without regard to case or line breaks; `model` is a name of models.yaml or a provider's id,
    fallbacks included; `component` is the start of a component's or a behavior's sha, or a `bv_` id."""

    text: str | None = None
    use_case: str | None = None
    owner: str | None = None
    model: str | None = None
    risk: Risk | None = None
    component: str | None = None


@dataclass(frozen=True)
class Hit:
    """`where` says what matched: the place of the text with what stands around it, or the component."""

    version: PromptVersion
    behavior: Behavior
    where: str


def match(query: Query, version: PromptVersion, behavior: Behavior) -> Hit | None:
    """Pure; None when anything that is asked does not match."""
    if not _plainly(query, version) or not _of_model(query.model, version, behavior):
        return None
    places = [find(query, version, behavior) for find in (_text, _component)]
    if None in places:
        return None
    return Hit(version, behavior, "; ".join(place for place in places if place))


def _plainly(query: Query, version: PromptVersion) -> bool:
    asked = [(query.use_case, version.use_case), (query.owner, version.owner), (query.risk, version.risk)]
    return all(wanted is None or wanted == found for wanted, found in asked)


def _of_model(wanted: str | None, version: PromptVersion, behavior: Behavior) -> bool:
    if wanted is None:
        return True
    identities = [behavior.components["model"], *behavior.components["fallbacks"]]
    names = {version.model, *version.fallbacks, *(identity["model"] for identity in identities)}
    return wanted in names | {key_of(identity) for identity in identities}


def _text(query: Query, version: PromptVersion, behavior: Behavior) -> str | None:
    """Empty when no text is asked for, None when it is nowhere."""
    if query.text is None:
        return ""
    wanted = " ".join(query.text.casefold().split())
    for name, text in _texts(version, behavior):
        squeezed = " ".join(text.split())
        at = squeezed.casefold().find(wanted)
        if at >= 0:
            return f"{name}: {_around(squeezed, at, len(wanted))}"
    return None


def _texts(version: PromptVersion, behavior: Behavior) -> Iterator[tuple[str, str]]:
    """The messages as resolved, then what is written about them."""
    from .diff.paragraphs import said

    for number, message in enumerate(behavior.components["prompt"]["messages"]):
        yield f"message {number + 1} ({message['role']})", said(message)
    yield "id", version.id
    yield "use case", version.use_case
    yield "purpose", version.purpose
    yield "why", version.change.why
    yield "safety", behavior.components["safety"]["text"]
    for tool in behavior.components["tools"]:
        yield f"tool {tool['name']}", f"{tool['name']} {tool.get('description', '')}"


def _around(text: str, at: int, length: int) -> str:
    start, end = max(0, at - AROUND), min(len(text), at + length + AROUND)
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"


def _component(query: Query, _: PromptVersion, behavior: Behavior) -> str | None:
    if query.component is None:
        return ""
    wanted = query.component.casefold().removeprefix("bv_")
    known = [("behavior", behavior.sha), *behavior.shas.items()]
    found = [f"{name} {sha[:12]}" for name, sha in known if wanted and sha.startswith(wanted)]
    return ", ".join(found) or None
