"""Prompts that are hard-coded in Python: read from the syntax tree, nothing is run."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from ..files import shown_path
from ..message import Message, Variable
from .draft import ImportedPrompts, ModelName, PromptDraft
from .notes import Notes, Place, Refusal
from .promptfoo_providers import model_name
from .python_parts import images_of, parts_in
from .python_scope import Located, Owner, Scopes
from .python_text import Hole, Lookup, or_hole, parts_of, template_of
from .source import read_bytes

MAX_FILES = 20_000
_SKIPPED = frozenset(("node_modules", "__pycache__", "site-packages", "venv", "build", "dist"))
_METHODS = (
    "completions.create", "completions.parse", "completions.stream", "responses.create", "responses.parse",
    "responses.stream", "messages.create", "messages.stream", "messages.parse", "ChatCompletion.create",
    "ChatCompletion.acreate", "Completion.create", "chat.complete", "chat.stream", "generate_content",
    "generate_content_async", "litellm.completion", "litellm.acompletion", "litellm.text_completion", "ollama.chat",
    "ollama.generate", "completion_with_retries",
)  # fmt: skip
_LITELLM = frozenset(("completion", "acompletion", "text_completion"))
_WORDS = (b"role", *(method.rpartition(".")[2].encode() for method in _METHODS))
"""A file with none of these holds no prompt, and need not be parsed."""
_ROLES = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant", "human": "user"}
_TEXTS = (("system", "system"), ("instructions", "system"), ("prompt", "user"), ("input", "user"), ("contents", "user"))
_SAMPLING = {"temperature": "temperature", "max_tokens": "max_output_tokens", "top_p": "top_p", "seed": "seed",
             "max_completion_tokens": "max_output_tokens", "max_output_tokens": "max_output_tokens"}  # fmt: skip
_DEFAULTS = {"temperature": 1.0, "max_output_tokens": 1024}
SHORTEST = 12
"""Characters of written text below which a message list is no prompt but plumbing."""


class Said(NamedTuple):
    """A message before it is a template."""

    role: str
    content: ast.expr
    images: tuple[ast.expr, ...] = ()


def find(root: Path) -> ImportedPrompts:
    """Of a file, or of all Python files in a folder; links are not followed."""
    notes, drafts = Notes(), []
    for path in _files(root, notes):
        try:
            drafts += find_in(read_bytes(path, Place(shown_path(path), 1)), shown_path(path), notes)
        except Refusal as refusal:
            notes.refuse(refusal)
    return ImportedPrompts(tuple(_named_apart(drafts)), notes.all)


def _files(root: Path, notes: Notes) -> list[Path]:
    if not root.is_dir():
        return [root]
    found = sorted(_inside(root))
    if len(found) > MAX_FILES:
        notes.add("refused", Place(shown_path(root), 1), f"{len(found)} Python files: only {MAX_FILES} were read")
    return found[:MAX_FILES]


def _inside(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_symlink() or path.name.startswith("."):
            continue
        if path.is_dir() and path.name not in _SKIPPED:
            yield from _inside(path)
        elif path.suffix == ".py" and path.is_file():
            yield path


def find_in(code: bytes, name: str, notes: Notes) -> list[PromptDraft]:
    """The prompts of one file. Raises Refusal for what this Python cannot read."""
    if b"\0" not in code and not any(word in code for word in _WORDS):
        return []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(code)
        return list(_prompts(Scopes(module), name, notes))
    except SyntaxError as error:
        raise Refusal(Place(name, error.lineno or 1), f"this is no Python: {error.msg}") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise Refusal(Place(name, 1), f"this is no Python that can be read: {type(error).__name__}") from None


def _prompts(scopes: Scopes, name: str, notes: Notes) -> Iterator[PromptDraft]:
    """First the calls; then the messages that went to none of them."""
    used: set[ast.AST] = set()
    drafts = []
    for node, owners in scopes.nodes:
        if isinstance(node, ast.Call) and _is_model_call(node.func, scopes):
            said = _said(node, Located(node, owners), scopes, used)
            drafts += _drafted(said, Located(node, owners), scopes, name, notes, node)
    for node, owners in scopes.nodes:
        if node in used:
            continue
        if isinstance(node, ast.List | ast.Tuple | ast.Dict) and (messages := _messages(node, used)):
            drafts += _drafted(messages, Located(node, owners), scopes, name, notes, None)
    yield from sorted(drafts, key=lambda draft: draft.place)


def _is_model_call(function: ast.expr, scopes: Scopes) -> bool:
    dotted = _dotted(function)
    if dotted in _LITELLM:
        return any(isinstance(node, ast.ImportFrom) and node.module == "litellm" for node, _ in scopes.nodes)
    return any(dotted == method or dotted.endswith(f".{method}") for method in _METHODS)


def _dotted(node: ast.expr) -> str:
    """`client.chat.completions.create`; calls on the way are left out."""
    names = []
    while isinstance(node, ast.Attribute | ast.Call):
        if isinstance(node, ast.Attribute):
            names.append(node.attr)
        node = node.value if isinstance(node, ast.Attribute) else node.func
    return ".".join(reversed([*names, *([node.id] if isinstance(node, ast.Name) else [])]))


def _said(call: ast.Call, at: Located, scopes: Scopes, used: set[ast.AST]) -> list[Said]:
    given = {one.arg: one.value for one in call.keywords if one.arg}
    if len(call.args) == 1 and not given.keys() & {"messages", "contents", "prompt", "input"}:
        given["prompt"] = call.args[0]
    if len(call.args) > 1:
        given.setdefault("messages", call.args[1])
    found = []
    for name, role in _TEXTS:
        if name in given:
            found += _list_or_text(given[name], role, at, scopes, used)
    if "messages" in given:
        found += _list_or_text(given["messages"], None, at, scopes, used)
    return found


def _list_or_text(node: ast.expr, role: str | None, at: Located, scopes: Scopes, used: set[ast.AST]) -> list[Said]:
    known = scopes.lookup(node.id, at.owners) if isinstance(node, ast.Name) else node
    if isinstance(known, ast.List | ast.Tuple):
        return _messages(known, used)
    return [Said(role, node)] if role else []


def _messages(node: ast.List | ast.Tuple | ast.Dict, used: set[ast.AST]) -> list[Said]:
    """The messages among the elements of a list; a mapping with role and content is one message."""
    found = []
    for element in [node] if isinstance(node, ast.Dict) else node.elts:
        message = _message(element)
        if message and element not in used:
            used |= {element, node}
            found.append(message)
    return found


def _message(node: ast.expr) -> Said | None:
    if not isinstance(node, ast.Dict):
        return None
    fields = {
        key.value: value for key, value in zip(node.keys, node.values, strict=True) if isinstance(key, ast.Constant)
    }
    role, content = fields.get("role"), fields.get("content", fields.get("parts"))
    if not isinstance(role, ast.Constant) or role.value not in _ROLES or content is None:
        return None
    parts = parts_in(content)
    return Said(_ROLES[role.value], parts.text, parts.images)


def _drafted(
    said: list[Said], at: Located, scopes: Scopes, file: str, notes: Notes, call: ast.Call | None
) -> list[PromptDraft]:
    """One draft, none when nothing of it is written in the code."""
    place = Place(file, getattr(at.node, "lineno", 1))

    def lookup(name: str) -> ast.expr | None:
        return scopes.lookup(name, at.owners)

    messages, holes, written = _templates(said, lookup, file, notes)
    if written < SHORTEST or not messages:
        return []
    for name, hole in holes.items():
        if hole.spec:
            notes.add("changed", Place(file, hole.line), f"{name!r} is formatted as {hole.spec!r}: the caller has to")
    variables = {
        name: Variable.model_validate({"type": "string", "untrusted": True, "description": hole.shown[:200]})
        for name, hole in holes.items()
    }
    owner = at.owners[-1]
    draft = PromptDraft(place, _name(file, owner), messages, variables, decoding=dict(_DEFAULTS))
    return [_with_call(draft, call, lookup, notes)]


def _templates(
    said: list[Said], lookup: Lookup, file: str, notes: Notes
) -> tuple[tuple[Message, ...], dict[str, Hole], int]:
    """The messages, their variables, and how much of them is written in the code."""
    messages, holes, written = [], dict[str, Hole](), 0
    for one in said:
        template = template_of(or_hole(one.content, lookup), holes)
        holes = template.names
        written += len(template.written.strip())
        images = images_of(one.images, lookup, holes, file, notes) if one.role == "user" else ()
        if template.text:
            fields = {"role": one.role, "content": template.text, **({"images": images} if images else {})}
            messages.append(Message.model_validate(fields))
    return tuple(messages), holes, written


def _with_call(draft: PromptDraft, call: ast.Call | None, lookup: Lookup, notes: Notes) -> PromptDraft:
    """With the model and the sampling that stand in the call."""
    given = {one.arg: one.value for one in call.keywords if one.arg} if call else {}
    if call and call.args and "model" not in given and len(call.args) > 1:
        given["model"] = call.args[0]
    decoding: dict[str, Any] = {}
    for name, field in _SAMPLING.items():
        value = given.get(name)
        if (
            isinstance(value, ast.Constant)
            and isinstance(value.value, int | float)
            and not isinstance(value.value, bool)
        ):
            decoding[field] = value.value
    for name, assumed in _DEFAULTS.items():
        if name not in decoding:
            notes.add("assumed", draft.place, f"{name} {assumed}: the call does not say")
    return replace(draft, decoding=_DEFAULTS | decoding, models=_models(given.get("model"), draft.place, lookup))


def _models(node: ast.expr | None, place: Place, lookup: Lookup) -> tuple[ModelName, ...]:
    parts = parts_of(node, lookup) if node is not None else None
    if not parts or len(parts) != 1 or not isinstance(parts[0], str):
        return ()
    provider, given, model = parts[0].partition("/")
    try:
        return (
            (model_name(f"{provider}:{model}", place)._replace(shown=parts[0]),)
            if given
            else (ModelName(None, parts[0], parts[0], place),)
        )
    except Refusal:
        return ()


def _name(file: str, owner: Owner) -> str:
    stem = Path(file).stem
    return stem if isinstance(owner, ast.Module) else f"{stem}-{owner.name.strip('_')}"


def _named_apart(drafts: list[PromptDraft]) -> Iterator[PromptDraft]:
    """A second prompt of the same name gets a number."""
    counts: dict[str, int] = {}
    for draft in drafts:
        counts[draft.name] = counts.get(draft.name, 0) + 1
        yield replace(draft, name=f"{draft.name}-{counts[draft.name]}") if counts[draft.name] > 1 else draft
