"""Addresses may bear passwords; no command shows one, whether it succeeds or fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .conftest import Place

pytest.importorskip("boto3")

Promptship = Callable[..., Any]
PUBLISHED = ("PROMPTSHIP_ARTIFACTS", "PROMPTSHIP_ROUTES")
NOWHERE = "ana:sesame@127.0.0.1:9"
KEYS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "sesame", "AWS_MAX_ATTEMPTS": "1"}


@pytest.mark.parametrize(
    "settings",
    [
        {"AWS_ENDPOINT_URL_S3": f"http://{NOWHERE}", **dict.fromkeys(PUBLISHED, "s3://bucket/x"), **KEYS},
        dict.fromkeys((*PUBLISHED, "PROMPTSHIP_SPOOL", "PROMPTSHIP_REPORTS"), "s3://key:sesame@bucket/x"),
        {"PROMPTSHIP_ROUTES": "s3://key:sesame@bucket/x"},
        {"PREFECT_API_URL": f"http://{NOWHERE}/api", "PREFECT_API_AUTH_STRING": "ana:sesame"},
        {"PROMPTSHIP_UNIT_KEY": "sesame", "ANTHROPIC_API_KEY": "sesame"},
    ],
    ids=["endpoint", "places", "one place", "prefect", "keys"],
)  # fmt: skip
def test_no_command_shows_a_password(
    settings: dict[str, str], place: Place, promptship: Promptship, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.serve("v1")
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    for command in (("doctor",), ("doctor", "--json"), ("live", "show", "-e", "demo"), ("release", "list", "--json")):
        said = promptship(*command)
        assert said.out + said.err
        assert "sesame" not in said.out + said.err
