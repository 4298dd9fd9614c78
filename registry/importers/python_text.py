"""Text as Python code puts it together, as a template: what is written stays, what is computed becomes a variable."""

from __future__ import annotations

import ast
import keyword
import re
import string
import textwrap
from collections.abc import Callable, Mapping
from typing import NamedTuple

MAX_DEPTH = 60
_TAKEN = frozenset(("true", "false", "none", "loop", "not", "and", "or", "if", "else", "is", "in", "for", "self"))
_PERCENT = re.compile(r"%(?:\((\w+)\))?[-#0 +]{0,5}\d{0,5}(?:\.\d{1,5})?([sdrif%])")


class Hole(NamedTuple):
    """A place where a value goes; `shown` is its code, `spec` how it is formatted there, empty for plainly."""

    shown: str
    line: int
    spec: str = ""


Part = str | Hole
Lookup = Callable[[str], ast.expr | None]


class Template(NamedTuple):
    """`names` maps each variable to the code that it stands for; `written` is the text without them."""

    text: str
    names: dict[str, Hole]
    written: str


def parts_of(node: ast.expr, lookup: Lookup, depth: int = 0) -> list[Part] | None:
    """The parts of an expression that is a text, None for one that is not known to be."""
    if depth > MAX_DEPTH:
        return None
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return [part for value in node.values for part in _of_f_string(value, lookup, depth)]
    if isinstance(node, ast.Name):
        found = lookup(node.id)
        return parts_of(found, lookup, depth + 1) if found is not None else None
    if isinstance(node, ast.BinOp):
        return _of_operator(node, lookup, depth)
    return _of_call(node, lookup, depth) if isinstance(node, ast.Call) else None


def or_hole(node: ast.expr, lookup: Lookup, depth: int = 0) -> list[Part]:
    found = parts_of(node, lookup, depth + 1)
    return [_hole(node)] if found is None else found


def _hole(node: ast.expr, spec: str = "") -> Hole:
    return Hole(ast.unparse(node), node.lineno, spec)


def _of_f_string(value: ast.expr, lookup: Lookup, depth: int) -> list[Part]:
    if not isinstance(value, ast.FormattedValue):
        return or_hole(value, lookup, depth)
    conversion = f"!{chr(value.conversion)}" if value.conversion > 0 else ""
    spec = conversion + (f":{ast.unparse(value.format_spec)[2:-1]}" if value.format_spec else "")
    return [_hole(value.value, spec)] if spec else or_hole(value.value, lookup, depth)


def _of_operator(node: ast.BinOp, lookup: Lookup, depth: int) -> list[Part] | None:
    if isinstance(node.op, ast.Add):
        left, right = parts_of(node.left, lookup, depth + 1), parts_of(node.right, lookup, depth + 1)
        if left is None and right is None:
            return None
        return [*(left or [_hole(node.left)]), *(right or [_hole(node.right)])]
    if isinstance(node.op, ast.Mod):
        text = parts_of(node.left, lookup, depth + 1)
        return _percent(text[0], node.right) if text and len(text) == 1 and isinstance(text[0], str) else None
    return None


def _percent(text: str, values: ast.expr) -> list[Part] | None:
    """`"... %s" % value`, with names or in order."""
    given = list(values.elts) if isinstance(values, ast.Tuple) else [values]
    named = {key.value: value for key, value in _pairs(values)}
    parts: list[Part] = []
    end = 0
    for found in _PERCENT.finditer(text):
        parts, end = [*parts, text[end : found.start()]], found.end()
        if found.group(2) == "%":
            parts.append("%")
            continue
        value = named.get(found.group(1)) if found.group(1) else given.pop(0) if given else None
        if value is None:
            return None
        parts.append(_hole(value, "" if found.group() in ("%s", f"%({found.group(1)})s") else found.group()))
    return [*parts, text[end:]]


def _pairs(node: ast.expr) -> list[tuple[ast.Constant, ast.expr]]:
    pairs = zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ()
    return [(key, value) for key, value in pairs if isinstance(key, ast.Constant)]


def _of_call(node: ast.Call, lookup: Lookup, depth: int) -> list[Part] | None:
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if name in ("dedent", "cleandoc") and len(node.args) == 1:
        return _each_text(parts_of(node.args[0], lookup, depth + 1), textwrap.dedent, name == "cleandoc")
    if not isinstance(function, ast.Attribute):
        return None
    if name == "strip" and not node.args:
        return _each_text(parts_of(function.value, lookup, depth + 1), lambda text: text, True)
    if name == "format":
        text = parts_of(function.value, lookup, depth + 1)
        return _format(text[0], node) if text and len(text) == 1 and isinstance(text[0], str) else None
    if name == "join" and len(node.args) == 1 and isinstance(node.args[0], ast.List | ast.Tuple):
        separator = parts_of(function.value, lookup, depth + 1)
        return None if separator is None else _join(separator, node.args[0].elts, lookup, depth)
    return None


def _each_text(parts: list[Part] | None, change: Callable[[str], str], strip: bool) -> list[Part] | None:
    """The change on the whole text, with a sign that no code holds in place of each value."""
    if parts is None:
        return None
    holes = [part for part in parts if isinstance(part, Hole)]
    text = change("".join(part if isinstance(part, str) else "\x00" for part in parts))
    texts = (text.strip() if strip else text).split("\x00")
    mixed: list[Part] = [texts[0]]
    for hole, after in zip(holes, texts[1:], strict=False):
        mixed += [hole, after]
    return mixed


def _join(separator: list[Part], items: list[ast.expr], lookup: Lookup, depth: int) -> list[Part]:
    parts: list[Part] = []
    for index, item in enumerate(items):
        parts += [*(separator if index else []), *or_hole(item, lookup, depth)]
    return parts


def _format(text: str, node: ast.Call) -> list[Part] | None:
    """`"... {name}".format(name=...)`."""
    named = {keyword_.arg: keyword_.value for keyword_ in node.keywords if keyword_.arg}
    values: Mapping[str, ast.expr] = named | {str(index): value for index, value in enumerate(node.args)}
    parts: list[Part] = []
    try:
        fields = list(string.Formatter().parse(text))
    except ValueError:
        return None
    for count, (before, name, spec, conversion) in enumerate(fields):
        parts.append(before)
        if name is None:
            continue
        value = values.get(name or str(sum(one[1] == "" for one in fields[:count])))
        shown = ast.unparse(value) if value is not None else name
        parts.append(Hole(shown, node.lineno, (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")))
    return parts


def template_of(parts: list[Part], taken: Mapping[str, Hole]) -> Template:
    """The template; `taken` are the variables of the messages before, which the same code keeps meaning."""
    names, texts = dict(taken), []
    merged = _merged(parts)
    for index, part in enumerate(merged):
        if isinstance(part, Hole):
            texts.append(f"{{{{ {name_of(part, names)} }}}}")
        else:
            texts.append(_escaped(part, before_hole=index + 1 < len(merged)))
    written = "".join(part for part in merged if isinstance(part, str))
    return Template("".join(texts), names, written)


def _merged(parts: list[Part]) -> list[Part]:
    merged: list[Part] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part != "":
            merged.append(part)
    return merged


def _escaped(text: str, before_hole: bool) -> str:
    """Braces that a template would take for its own, as the text that they are."""
    pattern = r"\{(?=[{%#])|\{\Z" if before_hole else r"\{(?=[{%#])"
    return re.sub(pattern, "{{ '{' }}", text)


def name_of(hole: Hole, names: dict[str, Hole]) -> str:
    """`order.id` -> `order_id`; another piece of code of the same name gets a number. It is put among `names`."""
    words = re.findall(r"[A-Za-z0-9]+", re.sub(r"(['\"]).*?\1|\bself\.|[^\x00-\x7f]", "", hole.shown[:300]))
    name = "_".join(words)[:40].strip("_").lower() if not hole.shown.isidentifier() else hole.shown
    if not re.match(r"[A-Za-z_]", name) or not name.isascii():
        name = f"value_{name}" if name.isascii() and name else "value"
    if keyword.iskeyword(name) or name.lower() in _TAKEN:
        name += "_value"
    wanted, count = name, 1
    while name in names and names[name].shown != hole.shown:
        count += 1
        name = f"{wanted}_{count}"
    names.setdefault(name, hole)
    return name
