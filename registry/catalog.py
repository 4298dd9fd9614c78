"""The registry as a whole: find, load and check prompt versions. Read once, then remembered; workers never write it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from . import lock
from .alias import refuse_alias
from .artifact import PROMPT_ID, VERSION, PromptVersion
from .behavior import Behavior
from .environments import Environments, load_environments
from .errors import UnknownPrompt, UnknownVersion
from .files import invalid, load
from .inlining import inlined
from .lock import Lock, Locked
from .metrics import Metrics, load_metrics
from .models import Model, load_models
from .nearest import did_you_mean, listed
from .policies import SafetyPolicy, load_policies
from .problem import Problem
from .resolution import resolve
from .snippets import Inlined, Snippets


class Catalog:
    """One registry folder: `prompts/<id>/<version>.yaml` and the files beside it."""

    def __init__(self, root: Path) -> None:
        self.root = Path(root)
        self._versions: dict[str, PromptVersion] = {}
        self._texts: dict[str, Mapping[int, Inlined]] = {}

    @cached_property
    def models(self) -> dict[str, Model]:
        return load_models(self.root / "models.yaml")

    @cached_property
    def policies(self) -> dict[str, SafetyPolicy]:
        return load_policies(self.root / "policies")

    @cached_property
    def snippets(self) -> Snippets:
        return Snippets(self.root / "snippets")

    @cached_property
    def metrics(self) -> Metrics:
        return load_metrics(self.root / "metrics.yaml")

    @cached_property
    def environments(self) -> Environments:
        return load_environments(self.root / "environments.yaml")

    @cached_property
    def lock(self) -> Lock:
        return lock.read(self.root / lock.FILE)

    def prompts(self) -> list[str]:
        """All prompt ids with at least one version, sorted."""
        files = (self.root / "prompts").glob("*/v*.yaml")
        return sorted({path.parent.name for path in files if _is_version(path, self.root)})

    def versions(self, prompt_id: str) -> list[str]:
        """In numeric order. Raises UnknownPrompt."""
        folder = self.root / "prompts" / prompt_id
        files = folder.glob("v*.yaml") if re.fullmatch(PROMPT_ID, prompt_id) else []
        found = [path.stem for path in files if re.fullmatch(VERSION, path.stem)]
        if not found:
            raise self._unknown_prompt(prompt_id)
        return sorted(found, key=lambda name: int(name[1:]))

    def latest(self, prompt_id: str) -> str:
        """The newest version: for people at the CLI, never for code that serves."""
        return self.versions(prompt_id)[-1]

    def path(self, prompt_id: str, version: str) -> Path:
        """Where the file of a known version is."""
        return self.root / "prompts" / prompt_id / f"{version}.yaml"

    def get(self, prompt_id: str, version: str) -> PromptVersion:
        """One version, checked against the lock.

        Raises UnknownPrompt, UnknownVersion, AliasRefused, InvalidFile, LockMismatch."""
        name = f"{prompt_id}@{version}"
        if name not in self._versions:
            self._versions[name] = self._checked(self.read(prompt_id, version))
        return self._versions[name]

    def read(self, prompt_id: str, version: str) -> PromptVersion:
        """One version as the files have it now, whatever the lock says: for lint and for locking.

        Its snippets and image files are inlined. Raises InvalidFile for those that cannot be."""
        found, texts = inlined(self.written(prompt_id, version), self.path(prompt_id, version), self.snippets)
        self._texts[found.name] = texts
        return found

    def written(self, prompt_id: str, version: str) -> PromptVersion:
        """One version as its author wrote it: nothing is inlined."""
        refuse_alias(prompt_id, version, self)
        known = self.versions(prompt_id)
        if version not in known:
            raise _unknown_version(prompt_id, version, known)
        path = self.path(prompt_id, version)
        found = load(path, PromptVersion)
        if (found.id, found.version) != (prompt_id, version):
            fix = "move the file, or correct id and version"
            problem = Problem(1, 1, "", f"it says it is {found.name}", f"{prompt_id}@{version}, as its path says", fix)
            raise invalid(path, [problem])
        return found

    def texts(self, version: PromptVersion) -> Mapping[int, Inlined]:
        """Those of its messages that include snippets, by index, as they were when it was read last."""
        return self._texts.get(version.name, {})

    def included(self, version: PromptVersion) -> list[str]:
        """The snippets in it, each once."""
        return list(dict.fromkeys(name for text in self.texts(version).values() for name in text.names))

    def strays(self) -> list[Path]:
        """YAML files below prompts/ and snippets/ that nothing reads, because of where they are or of their names.

        Hidden ones are an editor's."""
        written = [path for kind in ("prompts", "snippets") for path in (self.root / kind).rglob("*.y*ml")]
        return sorted(path for path in written if path.name[0] != "." and not _is_version(path, self.root))

    def behavior(self, version: PromptVersion) -> Behavior:
        """Raises UnknownModel, UnknownPolicy."""
        return resolve(version, self.models, self.policies)

    def locked(self, version: PromptVersion) -> Locked | None:
        """Its entry in registry.lock, None when it is not locked."""
        return self.lock.get(version.name)

    def by_use_case(self, name: str) -> list[str]:
        """The prompts whose newest version serves this use case. Raises UnknownPrompt when none does."""
        newest = [self.get(prompt_id, self.latest(prompt_id)) for prompt_id in self.prompts()]
        found = [version.id for version in newest if version.use_case == name]
        if not found:
            use_cases = sorted({version.use_case for version in newest})
            raise UnknownPrompt(
                f"No prompt serves the use case {name!r}",
                expected=f"one of {listed(use_cases)}",
                fix=did_you_mean(name, use_cases, "Write a prompt version with this use_case"),
            )
        return found

    def lock_all(self) -> list[str]:
        """Locks every version that is not locked yet, and names them. Raises LockMismatch for one that changed."""
        names = [(prompt_id, version) for prompt_id in self.prompts() for version in self.versions(prompt_id)]
        versions = [self._checked(self.read(*name)) for name in names]
        new = {
            version.name: lock.of(version, self.behavior(version)) for version in versions if not self.locked(version)
        }
        if new:
            lock.write(self.root / lock.FILE, {**self.lock, **new})
            del self.lock
        return list(new)

    def _checked(self, version: PromptVersion) -> PromptVersion:
        locked = self.locked(version)
        if locked:
            lock.verify(version, self.behavior(version), locked, self.included(version))
        return version

    def _unknown_prompt(self, prompt_id: str) -> UnknownPrompt:
        return UnknownPrompt(
            f"There is no prompt {prompt_id!r} in {self.root}",
            expected=f"one of {listed(self.prompts())}",
            fix=did_you_mean(prompt_id, self.prompts(), "See `promptship prompt list`, or set PROMPTSHIP_REGISTRY"),
        )


def _is_version(path: Path, root: Path) -> bool:
    """`prompts/order-extract/v3.yaml`, say."""
    _, *folders, name = path.relative_to(root).parts
    fits = len(folders) == 1 and re.fullmatch(PROMPT_ID, folders[0])
    return bool(fits and re.fullmatch(VERSION, name.removesuffix(".yaml")))


def _unknown_version(prompt_id: str, version: str, known: list[str]) -> UnknownVersion:
    return UnknownVersion(
        f"There is no version {version!r} of {prompt_id!r}",
        expected=f"one of {listed(known)}",
        fix=f"Write one of these; the newest is {known[-1]}",
    )
