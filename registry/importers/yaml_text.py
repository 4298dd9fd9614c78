"""Data as the YAML of a file that people go on writing: long texts in blocks, in the order given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

_HEADER = "# yaml-language-server: $schema={schema}\n"
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./@-]*( [A-Za-z0-9_./@(),-]+)*")
_UNFIT = re.compile(r"[^\S\n]$|\A\s|[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]", re.MULTILINE)
_WORDS = frozenset(("null", "true", "false", "yes", "no", "on", "off", "y", "n"))


def dump(fields: Mapping[str, Any], schema: str) -> str:
    """The text of a file, its first line naming the JSON Schema that editors check it with."""
    text = yaml.dump(fields, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)
    return _HEADER.format(schema=schema) + str(text)


class _Dumper(yaml.SafeDumper):
    """Text of many lines in blocks, everything that might be read as something else in quotes."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    if "\n" in text.strip("\n") and not _UNFIT.search(text):
        style = "|"
    elif _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        style = ""
    else:
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
