from __future__ import annotations

import pytest

from registry.credentials import masked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("s3://bucket/routes", "s3://bucket/routes"),
        ("s3://key:sesame@bucket/routes", "s3://***@bucket/routes"),
        ("http://sesame@host:9/api", "http://***@host:9/api"),
        ("http://ana:ses@me@host/api", "http://***@host/api"),
        (
            'cannot reach "http://ana:sesame@host:9/a" or s3://k:sesame@b',
            'cannot reach "http://***@host:9/a" or s3://***@b',
        ),
        ("http://host/a?mail=ana@example.org", "http://host/a?mail=ana@example.org"),
        ("write to ana@example.org", "write to ana@example.org"),
    ],
)
def test_no_address_names_an_account(text: str, shown: str) -> None:
    assert masked(text) == shown
