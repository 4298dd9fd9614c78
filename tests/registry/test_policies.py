from __future__ import annotations

from pathlib import Path

import pytest

from registry.errors import InvalidFile, UnknownPolicy
from registry.policies import bound_by, load_policies, policy_named

from .conftest import SHIPPED

USER = {"role": "user", "content": "Hi"}


@pytest.mark.parametrize(("text", "messages", "bound"), [
    ("", [USER], [USER]),
    ("Be kind.", [USER], [{"role": "system", "content": "Be kind."}, USER]),
    ("Be kind.", [{"role": "system", "content": "Help.\n"}, USER],
     [{"role": "system", "content": "Help.\n\nBe kind."}, USER]),
])  # fmt: skip
def test_bound_by(text: str, messages: list[dict[str, str]], bound: list[dict[str, str]]) -> None:
    assert bound_by(text, messages) == bound


def test_the_default_adds_nothing() -> None:
    default = policy_named("default", load_policies(SHIPPED / "policies"))
    assert (default.text, default.settings) == ("", {})


def test_an_unknown_policy_is_told_with_the_nearest() -> None:
    with pytest.raises(UnknownPolicy, match="Did you mean 'default'"):
        policy_named("defualt", load_policies(SHIPPED / "policies"))


def test_a_wrong_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "strict.yaml").write_text("txt: Be kind.\n")
    with pytest.raises(InvalidFile, match=r"strict\.yaml:1:1: txt.*Did you mean 'text'"):
        load_policies(tmp_path)
