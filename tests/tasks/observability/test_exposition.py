from __future__ import annotations

from tasks.observability.exposition import Family, exposition


def test_labels_are_escaped() -> None:
    labels = {"intent": 'a "b"\\c\nd', "metric": "cost"}
    assert exposition([Family("x_total", "counter", "About\nx.", [(labels, 1.5)])]) == (
        '# HELP x_total About\\nx.\n# TYPE x_total counter\nx_total{intent="a \\"b\\"\\\\c\\nd",metric="cost"} 1.5\n'
    )


def test_a_family_without_labels_or_series() -> None:
    families = [Family("up", "gauge", "Up.", [({}, 1.0)]), Family("none", "gauge", "None.", [])]
    assert exposition(families).splitlines()[2:] == ["up 1.0", "# HELP none None.", "# TYPE none gauge"]
