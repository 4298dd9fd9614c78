"""A git repository around a folder, and commits in it.

repository = Repository.init(tmp_path)
base = repository.commit("as it was")
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

_SETTINGS = {
    "GIT_AUTHOR_NAME": "ana",
    "GIT_AUTHOR_EMAIL": "ana@example.com",
    "GIT_COMMITTER_NAME": "ana",
    "GIT_COMMITTER_EMAIL": "ana@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


@dataclass(frozen=True)
class Repository:
    folder: Path

    @classmethod
    def init(cls, folder: Path) -> Repository:
        """Its branch is `main`."""
        made = cls(folder)
        made.git("init", "--quiet", "--initial-branch=main")
        return made

    def commit(self, message: str) -> str:
        """Everything in the folder but the state; the commit's sha."""
        self.git("add", "--all", "--", ".", ":!home", ":!.promptship")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env={**os.environ, **_SETTINGS},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()
