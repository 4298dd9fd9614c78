"""`make schemas`: write the JSON Schema of every file that people write."""

from __future__ import annotations

from pathlib import Path

from registry import schemas
from tasks.evaluation.case import Case
from tasks.evaluation.evalset_file import EvalSet


def main() -> None:
    folder = Path(schemas.__file__).with_name("schema")
    schemas.write(folder, more={"evalset": EvalSet, "case": Case})


if __name__ == "__main__":
    main()
