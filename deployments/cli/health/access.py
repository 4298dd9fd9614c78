"""Which environments this account may publish to; not to be allowed to is no fault."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from registry.catalog import Catalog
from registry.errors import PromptshipError
from registry.roots import Roots
from registry.runtime.publishing import Publisher
from registry.runtime.storage import publisher

from .finding import Finding


def access(roots: Roots) -> Iterator[Finding]:
    """One line an environment that the registry describes. On object storage asking writes an empty object, `probe`."""
    with suppress(PromptshipError, ConnectionError):  # said where the registry and the routes are looked at
        published = publisher(roots)
        for name in Catalog(roots.registry).environments:
            yield _of(published, name)


def _of(published: Publisher, name: str) -> Finding:
    about = f"may write {name}"
    try:
        published.check_writable(name)
    except PromptshipError as error:
        return Finding(about, "note", f"no: {error.found}")
    return Finding(about, "ok", "yes")
