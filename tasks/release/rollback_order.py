"""What a person, an automation or a form asks for when something hurts."""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict, Field

from registry.errors import UsageError

_BEHAVIOR = r"(bv_)?[0-9a-f]{6,64}"


class RollbackOrder(BaseModel):
    """Take a canary back, or live to a version that served before."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    prompt: str = Field(min_length=1, title="Prompt", description="Whose answers hurt.", examples=["order-extract"])
    environment: str = Field(default="production", description="Whose traffic.")
    reason: str = Field(min_length=1, description="What went wrong; the changelog shows it.")
    by: str = Field(min_length=1, title="Your name", description="The changelog shows it; nobody checks it.")
    to: str | None = Field(
        default=None, title="Back to", description="A version, as v2; empty means the one before live."
    )
    taking: str | None = Field(
        default=None,
        title="Only this behavior",
        description="Take away nothing but this (bv_..., or its beginning); empty means what is there when it runs.",
    )
    release: str | None = Field(
        default=None,
        min_length=1,
        title="Only this release",
        description="Only the canary of this release (rel_...), while it runs: whoever hears of a breach late, when the"
        " same version is live or tried again, takes nothing away.",
    )
    also_live: bool = Field(default=False, title="Also live", description="Roll live back too while a canary runs.")

    def checked(self) -> RollbackOrder:
        """The order itself, the behavior without its prefix. Raises UsageError for a blank reason or no behavior."""
        if not self.reason.strip():
            raise UsageError(
                "a rollback was asked for without a reason",
                expected="a reason that the changelog can show",
                fix='Add --reason "what went wrong"',
            )
        if self.taking is None:
            return self
        if not re.fullmatch(_BEHAVIOR, self.taking):
            raise UsageError(
                f"--from {self.taking!r} is no behavior version",
                expected="bv_ and at least 6 hex digits, or the whole hash",
                fix="Copy it from `promptship live show`",
            )
        return self.model_copy(update={"taking": self.taking.removeprefix("bv_")})
