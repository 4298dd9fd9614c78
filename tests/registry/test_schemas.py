from __future__ import annotations

import dataclasses
import json
from typing import Any

import jsonschema
import pytest

from registry import documents, schemas
from registry.catalog import Catalog
from registry.runtime.artifact_file import from_behavior
from registry.runtime.routes import RouteTable
from registry.yaml_document import Document
from tasks.evaluation.case import Case
from tasks.evaluation.evalset_file import EvalSet
from tasks.ledger.assignment import Assignment
from tasks.ledger.feedback import Feedback
from tasks.ledger.trace import Trace

from .conftest import SHIPPED

ALL = {"evalset": EvalSet, "case": Case}


def schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((schemas.FOLDER / f"{name}.schema.json").read_text())
    return loaded


def test_the_files_are_what_the_models_say() -> None:
    """After a change of a model: `make schemas`."""
    assert {path.name for path in schemas.FOLDER.iterdir()} == {
        f"{name}.schema.json" for name in schemas.generated(ALL)
    }
    for name, content in schemas.generated(ALL).items():
        assert (schemas.FOLDER / f"{name}.schema.json").read_text() == schemas.to_text(content), name


@pytest.mark.parametrize("name", schemas.generated(ALL))
def test_each_is_a_json_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(name))


@pytest.mark.parametrize(("name", "pattern"), [
    ("prompt", "prompts/*/*.yaml"),
    ("models", "models.yaml"),
    ("environments", "environments.yaml"),
    ("metrics", "metrics.yaml"),
    ("policy", "policies/*.yaml"),
])  # fmt: skip
def test_the_shipped_files_fit(name: str, pattern: str) -> None:
    files = sorted(SHIPPED.glob(pattern))
    assert files
    for path in files:
        jsonschema.validate(Document(path.read_text()).data, schema(name))


def test_an_artifact_fits(catalog: Catalog) -> None:
    document = json.loads(from_behavior(catalog.behavior(catalog.get("greet", "v1"))).to_bytes())
    jsonschema.validate(document, schema("artifact"))


def test_a_route_table_fits() -> None:
    jsonschema.validate(RouteTable.empty("production").model_dump(mode="json"), schema("routes"))


@pytest.mark.parametrize(("line", "row"), [
    (documents.TraceLine, Trace), (documents.AssignmentLine, Assignment), (documents.FeedbackLine, Feedback),
])  # fmt: skip
def test_a_spool_line_has_the_columns_of_its_table(line: type[documents.Line], row: Any) -> None:
    assert set(line.model_fields) - {"kind", "format"} == {field.name for field in dataclasses.fields(row)}
    required = {name for name, field in line.model_fields.items() if field.is_required()} - {"kind", "format"}
    assert required == {
        field.name
        for field in dataclasses.fields(row)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }
