"""YAML text as nodes that know their places, with the scalars of YAML 1.2's core schema."""

from __future__ import annotations

import re
from contextlib import suppress

import yaml
from yaml.composer import Composer
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.resolver import Resolver
from yaml.scanner import Scanner

PREFIX = "tag:yaml.org,2002:"


class _Scalars(Resolver):
    yaml_implicit_resolvers = {}  # noqa: RUF012 - the base class has it so


for _tag, _pattern, _first in (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", list("-+0123456789")),
    ("float", r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)$", list("-+.0123456789")),
    ("float", r"^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$", list("-+.")),
):
    _Scalars.add_implicit_resolver(PREFIX + _tag, re.compile(_pattern), _first)


class PythonLoader(Reader, Scanner, Parser, Composer, _Scalars):
    """Slow, and says best what is wrong with a text."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)
        _Scalars.__init__(self)


if yaml.__with_libyaml__:
    from yaml._yaml import CParser

    class FastLoader(Composer, CParser, _Scalars):
        """Scanned and parsed by libyaml, nine times as fast. Composed in Python: libyaml's own composer has no limit to
        its depth, and takes the process down."""

        def __init__(self, text: str) -> None:
            CParser.__init__(self, text)
            Composer.__init__(self)
            _Scalars.__init__(self)


def compose(text: str) -> yaml.Node | None:
    """The root, None for an empty text. Raises YAMLError in the words of the Python parser, RecursionError."""
    if yaml.__with_libyaml__:
        with suppress(yaml.YAMLError, UnicodeEncodeError):
            return FastLoader(text).get_single_node()
    return PythonLoader(text).get_single_node()
