"""What a person, CI or a form asks for."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from registry.artifact import PROMPT_ID
from registry.errors import UsageError

Until = Literal["lint", "fast_gate", "gate", "shadow", "canary"]


class ReleaseOrder(BaseModel):
    """Bring this version of this prompt into this environment."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Annotated[
        str,
        Field(
            pattern=PROMPT_ID[:-1] + r"@v[0-9]+$",
            title="Prompt version",
            description="What to release, as prompt@version.",
            examples=["order-extract@v3"],
        ),
    ]
    environment: str = Field(default="production", description="Where to; its ramp, margins and approvals apply.")
    by: str = Field(
        default="", title="Your name", description="The changelog shows it; empty means the account this runs under."
    )
    again: bool = Field(
        default=False, title="New attempt", description="Open a new attempt although an earlier one has ended."
    )
    reason: str = Field(
        default="", title="Reason for it", description="What is different this time; needed for a new attempt."
    )
    until: Until | None = Field(
        default=None, title="Stop after", description="The last stage to run; empty means go to the end."
    )
    watch_minutes: float = Field(
        default=60,
        gt=0,
        title="Minutes to watch",
        description="How long this run watches a canary before the guard monitor takes over.",
    )

    @property
    def prompt(self) -> str:
        return self.version.partition("@")[0]

    @property
    def number(self) -> str:
        return self.version.partition("@")[2]

    def checked(self) -> ReleaseOrder:
        """The order itself. Raises UsageError when `again` comes without a reason."""
        if self.again and not self.reason.strip():
            raise UsageError(
                "a new attempt was asked for without a reason",
                expected="a reason that the changelog can show",
                fix='Add --reason "what is different this time"',
            )
        return self
