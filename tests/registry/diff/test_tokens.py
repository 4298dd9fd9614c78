from __future__ import annotations

from registry.diff.tokens import text_sent


def test_all_that_is_sent_counts() -> None:
    components = {
        "prompt": {"messages": [{"role": "user", "content": "one"}]},
        "safety": {"text": "two"},
        "tools": [{"name": "three"}],
    }
    assert text_sent(components) == 'one\ntwo\n{"name": "three"}'
