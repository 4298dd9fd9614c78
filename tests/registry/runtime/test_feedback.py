from __future__ import annotations

from pathlib import Path

import pytest

from registry.errors import PromptshipError, SettingsError, UnknownMetric, UsageError
from registry.metrics import Metrics, built_in, load_metrics
from registry.roots import Roots
from registry.runtime.feedback import value_of, vocabulary

OWN = """
basket_value: {description: What was bought, kind: usd, bad: down}
helpful: {description: Asked afterwards, kind: yes_no, bad: down}
"""


@pytest.fixture
def metrics(tmp_path: Path) -> Metrics:
    path = tmp_path / "metrics.yaml"
    path.write_text(OWN)
    return Metrics({**built_in(), **load_metrics(path)})


@pytest.mark.parametrize(
    ("name", "value"),
    [("thumbs_down", 1), ("resolved", 0), ("edited", 1.0), ("quality", 0.4), ("basket_value", 129.5), ("helpful", 1)],
)
def test_what_may_be_said(name: str, value: float, metrics: Metrics) -> None:
    assert value_of(name, value, metrics) == value


@pytest.mark.parametrize(
    ("name", "value", "kind", "message"),
    [
        ("thumb_down", 1, UnknownMetric, "Did you mean 'thumbs_down'"),
        ("colour", 1, UnknownMetric, "Declare it in registry/metrics.yaml"),
        ("latency", 1, UnknownMetric, "is measured, not said"),
        ("tool_call:search", 1, UnknownMetric, "is measured, not said"),
        ("thumbs_down", 5, UsageError, "0 or 1"),
        ("helpful", 0.5, UsageError, "0 or 1"),
        ("quality", 1.5, UsageError, "from 0 to 1"),
    ],
)
def test_what_may_not(name: str, value: float, kind: type[PromptshipError], message: str, metrics: Metrics) -> None:
    with pytest.raises(kind, match=message):
        value_of(name, value, metrics)


def test_the_vocabulary_is_the_teams_own_where_there_is_one(tmp_path: Path) -> None:
    roots = Roots(home=tmp_path, registry=tmp_path, evalsets=tmp_path)
    assert "basket_value" not in vocabulary(lambda: roots)
    (tmp_path / "metrics.yaml").write_text(OWN)
    assert "basket_value" in vocabulary(lambda: roots)


def test_without_a_project_it_is_the_built_in_one() -> None:
    def none() -> Roots:
        raise SettingsError("no project", expected="one", fix="Make one")

    assert vocabulary(none) is built_in()
