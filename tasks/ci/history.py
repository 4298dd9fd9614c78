"""What git knows: where a branch left its base, and how the files were there. Nothing of the repository changes."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from registry.errors import SettingsError
from registry.roots import Roots

_DEEP = "Fetch the base and enough history (actions/checkout: fetch-depth: 0), or name a commit with --base"


class Before(NamedTuple):
    """Registry and eval sets at the fork point, in a folder that is gone after the block."""

    commit: str
    registry: Path
    evalsets: Path


@dataclass(frozen=True)
class History:
    """The git repository that holds `folder`."""

    folder: Path

    @property
    def head(self) -> str:
        return self._git("rev-parse", "HEAD")

    @property
    def branch(self) -> str:
        """`HEAD` where none is checked out."""
        return self._git("rev-parse", "--abbrev-ref", "HEAD")

    def fork_point(self, base: str) -> str:
        """The newest commit that HEAD and `base` have in common. Raises SettingsError."""
        found = self._git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{base}^{{commit}}", what=base)
        return self._git("merge-base", found, "HEAD", what=base)

    @contextmanager
    def before(self, roots: Roots, base: str) -> Iterator[Before]:
        """The files as they were where this branch left `base`. Eval sets outside of the repository never change.

        Raises SettingsError, also for a registry that is in no repository."""
        top = Path(self._git("rev-parse", "--show-toplevel")).resolve()
        commit = self.fork_point(base)
        with tempfile.TemporaryDirectory(prefix="promptship-ci-") as folder:
            there = Path(folder) / "files"
            inside = [path.resolve() for path in (roots.registry, roots.evalsets) if _below(path.resolve(), top)]
            self._check_out(top, commit, [str(path.relative_to(top)) for path in inside], there)
            registry, evalsets = (
                there / path.resolve().relative_to(top) if path.resolve() in inside else path
                for path in (roots.registry, roots.evalsets)
            )
            yield Before(commit, registry, evalsets)

    def _check_out(self, top: Path, commit: str, paths: Sequence[str], to: Path) -> None:
        """With an index of its own: what is staged here stays as it is."""
        own = {"GIT_INDEX_FILE": str(to.with_name("index"))}
        self._git("-C", str(top), "read-tree", commit, environ=own)
        listed = self._git("-C", str(top), "ls-files", "-z", "--", *paths, environ=own)
        self._git("-C", str(top), "checkout-index", f"--prefix={to}/", "-z", "--stdin", environ=own, given=listed)

    def _git(
        self, *arguments: str, what: str | None = None, environ: Mapping[str, str] | None = None, given: str = ""
    ) -> str:
        try:
            done = subprocess.run(
                ["git", *arguments],
                cwd=self.folder,
                env={**os.environ, **(environ or {})},
                input=given,
                capture_output=True,
                encoding="utf-8",
                errors="surrogateescape",
                check=True,
            )
        except (subprocess.CalledProcessError, OSError) as error:
            said = (getattr(error, "stderr", "") or str(error)).strip().partition("\n")[0]
            raise _refused(what, said) from None
        return done.stdout.strip()


def _refused(what: str | None, said: str) -> SettingsError:
    if what is not None:
        found = f"git does not know where this branch left {what!r}"
        return SettingsError(found, expected="a branch or commit that is fetched", fix=_DEEP)
    return SettingsError(
        f"git could not be asked: {said}",
        expected="the registry in a git repository",
        fix="Run this in a checkout, with git installed",
    )


def _below(path: Path, top: Path) -> bool:
    return path == top or top in path.parents
