"""`promptship prompt import` and `promptship evalset import`: files of other tools, made into files of ours."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deployments.cli.import_report import tell
from deployments.cli.output import as_json

if TYPE_CHECKING:
    from registry.importers.draft import ImportedPrompts
    from registry.message import Variable
    from tasks.evaluation.imported import Assembled

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("import")
@click.argument("file", type=_FILE)
@click.option("--id", "id_", help="Its id; several prompts of the file become versions of it. Default: their names.")
@click.option("--owner", help="Who answers for it; default: what the file says, else 'unassigned'.")
@click.option("--risk", type=click.Choice(["low", "medium", "high"]), help="Default: medium.")
@click.option("--model", help="An entry of models.yaml; default: the one that the file names.")
@as_json
def prompt_import(file: Path, id_: str | None, owner: str | None, risk: Any, model: str | None, json_: bool) -> int:
    """Write a version for each prompt of a promptfoo config or a .prompty file.

    What has no counterpart is named with its line. Code is not run, the environment not read, no network asked.
    Exit 0 when every prompt was written, 1 when one was refused.
    """
    from deployments.cli.registry_writing import Wishes, write_all

    found = _prompts_of(file)
    written, notes = write_all(found, Wishes(id_, owner, risk, model))
    refused = any(note.kind == "refused" for note in notes)
    tell("prompts", written, notes, json_)
    return int(refused or not written)


def _prompts_of(file: Path) -> ImportedPrompts:
    """Raises UsageError for a file of another kind."""
    from registry.errors import UsageError
    from registry.importers.promptfoo_config import read_config
    from registry.importers.prompty import read_prompty
    from registry.importers.source import CODE

    suffix = file.suffix.lower()
    if suffix == ".prompty":
        return read_prompty(file)
    if suffix in {".yaml", ".yml", ".json"} | CODE:
        return read_config(file)
    raise UsageError(
        f"{file.name!r} is no file that prompts are imported from",
        expected="a promptfoo config (.yaml, .yml, .json) or a .prompty file",
        fix="For prompts in Python code: promptship prompt find",
    )


@click.command("import")
@click.argument("file", type=_FILE)
@click.option("--into", "name", required=True, metavar="NAME", help="The eval set to write.")
@click.option("--prompt", "prompt_id", help="The prompt that it tests: its variables are the cases' variables.")
@click.option("--expected", metavar="COLUMN", help="The column of a plain CSV that says what is right.")
@click.option("--licence", default="unknown", show_default=True, help="What the cases may be used for.")
@as_json
def evalset_import(
    file: Path, name: str, prompt_id: str | None, expected: str | None, licence: str, json_: bool
) -> int:
    """Write an eval set from promptfoo tests, a Langfuse dataset or a CSV; 40 % of its cases are for authors.

    What has no counterpart is named with its line; a case of which nothing can be judged is left out. Exit 0 when the
    set was written, 1 when too little is left of it.
    """
    from registry.importers.cases import read_cases
    from registry.roots import Roots
    from tasks.evaluation.imported import NothingLeft, Told, assemble

    roots = Roots.find()
    folder = _free(roots.evalsets, name)
    use, variables = _prompt(roots, prompt_id)
    imported = read_cases(file, expected, frozenset(variables) if variables is not None else None)
    told = Told(
        name, use or name.replace("-", "_"), imported.description or f"Imported from {file.name}.", file.name, licence
    )
    try:
        made = assemble(imported, told, variables)
    except NothingLeft as nothing:
        tell("evalset", [], nothing.notes, json_, why=nothing.why)
        return 1
    _write(folder, made)
    splits = [case["split"] for case in made.cases]
    row = {"name": name, "path": folder, "dev": splits.count("dev"), "gate": splits.count("gate")}
    tell("evalset", [row], made.notes, json_)
    return 0


def _free(root: Path, name: str) -> Path:
    """Raises UsageError for what is no name, or is taken."""
    from registry.errors import UsageError

    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        raise UsageError(f"--into {name!r} is no name", expected="small letters, digits and hyphens", fix="Rename it")
    if (root / name).exists():
        fix = "Name another one with --into, or remove it first"
        raise UsageError(f"there is an eval set {name!r} already", expected="a name that is free", fix=fix)
    return root / name


def _prompt(roots: Any, prompt_id: str | None) -> tuple[str | None, dict[str, Variable] | None]:
    """Its use case and variables, of the newest version. Raises UnknownPrompt."""
    from registry.catalog import Catalog

    if prompt_id is None:
        return None, None
    catalog = Catalog(roots.registry)
    found = catalog.read(prompt_id, catalog.latest(prompt_id))
    return found.use_case, dict(found.variables)


def _write(folder: Path, made: Assembled) -> None:
    """All of it or nothing."""
    from registry.importers.yaml_text import dump

    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        draft.chmod(0o755)
        text = dump(made.evalset, "../../registry/schema/evalset.schema.json")
        (draft / "evalset.yaml").write_text(text, encoding="utf-8")
        lines = "".join(json.dumps(case, ensure_ascii=False) + "\n" for case in made.cases)
        (draft / "cases.jsonl").write_text(lines, encoding="utf-8")
        os.replace(draft, folder)  # noqa: PTH105 - a folder; Path.replace says nothing of folders
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
