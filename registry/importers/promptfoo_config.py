"""A promptfoo config as a whole: what of it is a prompt here, and what has no counterpart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from .draft import ImportedPrompts, PromptDraft
from .notes import Notes, Refusal
from .promptfoo_prompts import read_prompts
from .promptfoo_providers import output_of, read_providers
from .source import CODE, Folder, read, suffix_of
from .tree import Tree, read_tree

_SAMPLED = {"temperature": 0.0, "max_output_tokens": 1024}
"""What promptfoo asks for when a config does not say."""
_READ = frozenset(("prompts", "providers", "targets", "tests", "defaultTest", "description", "$schema"))
_CODE_KEYS = frozenset(("extensions", "nunjucksFilters"))
_QUIET = frozenset(("outputPath", "evaluateOptions", "commandLineOptions", "sharing", "tags", "metadata"))


def read_config(path: Path) -> ImportedPrompts:
    """The prompts of a promptfoo config."""
    notes = Notes()
    try:
        tree, folder = open_config(path)
    except Refusal as refusal:
        notes.refuse(refusal, "config")
        return ImportedPrompts((), notes.all)
    note_keys(tree, notes)
    drafts = prompts_of(tree, folder, notes)
    if tree.data.get("tests"):
        notes.add("no counterpart", tree.place("tests"), f"tests are no part of a prompt: {_INSTEAD}")
    return ImportedPrompts(tuple(drafts), notes.all)


_INSTEAD = "bring them over with `promptship evalset import`"


def open_config(path: Path) -> tuple[Tree, Folder]:
    """Raises Refusal for a config that is code, no YAML or JSON, or no mapping."""
    source = read(path)
    if suffix_of(path.name) in CODE:
        raise Refusal(source.start, "a config that is code was not run: write it as YAML", "code")
    tree = read_tree(source)
    if not isinstance(tree.data, dict):
        raise Refusal(source.start, "a promptfoo config is a mapping with prompts, providers and tests")
    return tree, Folder(path)


def prompts_of(tree: Tree, folder: Folder, notes: Notes) -> list[PromptDraft]:
    models, decoding = read_providers(tree, folder, notes)
    if not tree.data.get("prompts"):
        notes.add("refused", tree.place("prompts"), "the config has no prompts")
    for name, value in _SAMPLED.items():
        if name not in decoding and models:
            notes.add("assumed", models[0].place, f"{name} {value}: promptfoo's own, the config does not say")
    described = tree.data.get("description")
    purpose = described if isinstance(described, str) and described.strip() else None
    output = output_of(_response_format(tree), tree.place("providers"), notes)
    drafts = read_prompts(tree, folder, notes)
    return [replace(one, models=models, decoding=_SAMPLED | decoding, purpose=purpose, output=output) for one in drafts]


def _response_format(tree: Tree) -> Any:
    """Of the first provider."""
    providers = tree.data.get("providers") or tree.data.get("targets")
    first = providers[0] if isinstance(providers, list) and providers else providers
    config = first.get("config") if isinstance(first, dict) else None
    return config.get("response_format") if isinstance(config, dict) else None


def note_keys(tree: Tree, notes: Notes) -> None:
    """The keys of a config that nothing here answers to."""
    for key in tree.data.keys() - _READ - _QUIET:
        if key in _CODE_KEYS:
            notes.add("code", tree.place(key), f"{key!r} is code: it was not run")
        elif key == "env":
            notes.add("environment", tree.place(key), "'env' is not taken over, nor shown")
        else:
            notes.add("no counterpart", tree.place(key), repr(key))
    for key in _QUIET & tree.data.keys():
        notes.add("no counterpart", tree.place(key), f"{key!r}: it is about promptfoo's own runs")
