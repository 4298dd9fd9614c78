from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import fromstring

import pytest

from tasks.ci.checked import Check, Checked, Untried
from tasks.ci.junit import junit
from tasks.release.verdict import Verdict

from .conftest import checked, linted, trial

KEY = Untried("no key", open=True)


@pytest.mark.parametrize(
    ("one", "counts"),
    [
        (checked(), {"failures": "0", "errors": "0", "skipped": "0"}),
        (checked(trial(Verdict.REJECT)), {"failures": "1", "errors": "0", "skipped": "0"}),
        (checked(KEY, lint=linted(Verdict.REJECT)), {"failures": "1", "errors": "0", "skipped": "1"}),
        (checked(trial(Verdict.ERROR)), {"failures": "0", "errors": "1", "skipped": "0"}),
    ],
)
def test_counts(check: Callable[..., Check], one: Checked, counts: dict[str, str]) -> None:
    (suite,) = fromstring(junit(check(one)))
    assert suite.attrib == {"name": "sort@v2", "tests": "2", **counts}
    assert [case.get("name") for case in suite] == ["lint", "fast gate"]


def test_the_reason_is_in_it(check: Callable[..., Check]) -> None:
    (suite,) = fromstring(junit(check(checked(KEY, lint=linted(Verdict.REJECT)))))
    failure, skipped = (case[0] for case in suite)
    assert (failure.tag, skipped.tag, skipped.get("message")) == ("failure", "skipped", "no key")
    assert "v2.yaml:7: PS123 error: too long" in str(failure.text)


def test_no_text_breaks_it(check: Callable[..., Check], hostile: Checked) -> None:
    rejected = checked(hostile.tried, lint=linted(Verdict.REJECT, said="\x00\x1b]</testsuite>\ufffe"))
    (suite,) = fromstring(junit(check(rejected)))
    assert "\\x00\\x1b]</testsuite>\\ufffe" in str(suite[0][0].text)
