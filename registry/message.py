"""What a model is told: messages, the variables of their templates, and their images."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from .image_url import checked_url
from .problem import Misfit
from .strict import Strict

MAX_IMAGES = 16
"""Of one message."""


class Variable(Strict):
    """One template variable. The bounds are those of JSON Schema; `untrusted` text comes from outside."""

    type: Literal["string", "integer", "number", "boolean", "array"]
    description: str | None = None
    max_length: int | None = Field(default=None, alias="maxLength", ge=1)
    minimum: float | None = None
    maximum: float | None = None
    max_items: int | None = Field(default=None, alias="maxItems", ge=1)
    enum: tuple[str, ...] | None = None
    untrusted: bool = False
    default: str | int | float | bool | None = None


class Image(Strict):
    """One image by reference: a `url` (https), a `variable` that gives one, or a `file` of the registry by its sha256.

    In a version that is loaded, a file is a data URI under `url`."""

    url: Annotated[str, AfterValidator(checked_url)] | None = Field(
        default=None, examples=["https://example.com/a.png"]
    )
    variable: str | None = Field(default=None, examples=["photo"])
    file: str | None = Field(
        default=None, pattern=r"^images(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+$", examples=["images/label.png"]
    )
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")

    @model_validator(mode="after")
    def _one_reference(self) -> Self:
        given = [name for name in ("url", "variable", "file") if getattr(self, name) is not None]
        if len(given) != 1 or (self.sha256 and not self.file):
            raise Misfit(
                f"{', '.join(given) or 'no reference'}{' with a sha256' if self.sha256 else ''}",
                expected="one of url, variable and file; a sha256 beside file only",
                fix="write one entry for each image",
            )
        return self


class Message(Strict):
    """`content` is a template; `images` come behind it, in a message of the user."""

    role: Literal["system", "user", "assistant"]
    content: str = Field(min_length=1)
    images: tuple[Image, ...] | None = Field(default=None, min_length=1, max_length=MAX_IMAGES)

    @model_validator(mode="after")
    def _images_of_users(self) -> Self:
        if self.images and self.role != "user":
            found = f"images in a message of role {self.role!r}"
            raise Misfit(found, expected="images in user messages only", fix="move them into a user message")
        return self

    @property
    def image_variables(self) -> frozenset[str]:
        return frozenset(image.variable for image in self.images or () if image.variable)
