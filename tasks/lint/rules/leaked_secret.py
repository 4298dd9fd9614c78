"""PS105: what looks like a key or a password stands in the file.

The detectors are named one by one: the default set takes plain prose for secrets. What was found is never repeated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from detect_secrets.plugins.artifactory import ArtifactoryDetector
from detect_secrets.plugins.aws import AWSKeyDetector
from detect_secrets.plugins.azure_storage_key import AzureStorageKeyDetector
from detect_secrets.plugins.base import RegexBasedDetector
from detect_secrets.plugins.basic_auth import BasicAuthDetector
from detect_secrets.plugins.discord import DiscordBotTokenDetector
from detect_secrets.plugins.github_token import GitHubTokenDetector
from detect_secrets.plugins.gitlab_token import GitLabTokenDetector
from detect_secrets.plugins.jwt import JwtTokenDetector
from detect_secrets.plugins.mailchimp import MailchimpDetector
from detect_secrets.plugins.npm import NpmDetector
from detect_secrets.plugins.openai import OpenAIDetector
from detect_secrets.plugins.private_key import PrivateKeyDetector
from detect_secrets.plugins.pypi_token import PypiTokenDetector
from detect_secrets.plugins.sendgrid import SendGridDetector
from detect_secrets.plugins.slack import SlackDetector
from detect_secrets.plugins.square_oauth import SquareOAuthDetector
from detect_secrets.plugins.stripe import StripeDetector
from detect_secrets.plugins.telegram_token import TelegramBotTokenDetector
from detect_secrets.plugins.twilio import TwilioKeyDetector

from tasks.lint.finding import Finding, Severity
from tasks.lint.subject import Subject

CODE = "PS105"

_DETECTORS = (
    ArtifactoryDetector,
    AWSKeyDetector,
    AzureStorageKeyDetector,
    BasicAuthDetector,
    DiscordBotTokenDetector,
    GitHubTokenDetector,
    GitLabTokenDetector,
    JwtTokenDetector,
    MailchimpDetector,
    NpmDetector,
    OpenAIDetector,
    PrivateKeyDetector,
    PypiTokenDetector,
    SendGridDetector,
    SlackDetector,
    SquareOAuthDetector,
    StripeDetector,
    TelegramBotTokenDetector,
    TwilioKeyDetector,
)
_OURS = {
    "Anthropic API Key": re.compile(r"\bsk-ant-[a-z0-9]+-[A-Za-z0-9_-]{20,}"),
    "OpenAI API Key": re.compile(r"\bsk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{20,}"),
    "Google API Key": re.compile(r"\bAIza[0-9A-Za-z_-]{35}\b"),
}


def leaked_secret(subject: Subject) -> Iterator[Finding]:
    for number, line in _lines(subject):
        for kind in kinds(line):
            yield Finding(
                CODE,
                Severity.ERROR,
                number,
                f"what looks like a secret stands here: {kind}",
                "no keys, tokens or passwords in a version file",
                "Remove it and revoke it: the file's history keeps it",
            )


def _lines(subject: Subject) -> Iterator[tuple[int | None, str]]:
    """Of the file, then of the texts that include snippets, which are in other files."""
    text = subject.source or subject.version.model_dump_json(indent=1)
    for number, line in enumerate(text.splitlines(), start=1):
        yield number if subject.source else None, line
    for index, inlined in subject.inlined.items():
        for number, line in enumerate(inlined.text.split("\n"), start=1):
            yield subject.template_line(index, number), line


@lru_cache(maxsize=16_384)
def kinds(line: str) -> tuple[str, ...]:
    """The kinds of secret in one line of text, sorted. Remembered: the versions of a prompt share most lines."""
    found = {kind for kind, pattern in _OURS.items() if pattern.search(line)}
    found |= {detector.secret_type for detector in _detectors() if any(True for _ in detector.analyze_string(line))}
    return tuple(sorted(found))


@cache
def _detectors() -> tuple[RegexBasedDetector, ...]:
    return tuple(detector() for detector in _DETECTORS)
