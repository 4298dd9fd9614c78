"""What `client.stream` and `client.astream` give: the texts of an answer while it comes, then the Answer.

    with client.stream("order-extract", {"message": text}, unit=session_id) as stream:
        for text in stream:
            print(text, end="")
    stream.answer.value

The record is written when the answer ends, when the provider breaks off, and when the caller stops early.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
from contextlib import aclosing
from types import TracebackType
from typing import Self

from ..errors import ModelError, UsageError
from .answering import Answering
from .call import Answer, Call
from .streaming import SoFar, astreamed, streamed


class _Request:
    """One streamed request. It does not know its stream, so that one that is forgotten ends at once."""

    def __init__(self, call: Call, steps: Callable[[], Answering]) -> None:
        self.call = call
        self.answer: Answer | None = None
        self._steps = steps
        self._error: ModelError | None = None

    def texts(self) -> Generator[str, None, None]:
        self.call.open()
        so_far = SoFar(self.call.waited_s)
        try:
            yield from streamed(self._steps(), so_far)
        except Exception as error:
            self.call.leave(error)
            raise
        finally:
            self._settle(so_far)
        if self._error is not None:
            raise self._error

    async def atexts(self) -> AsyncGenerator[str, None]:
        self.call.open()
        so_far = SoFar(self.call.waited_s)
        try:
            async with aclosing(astreamed(self._steps(), so_far)) as texts:
                async for text in texts:
                    yield text
        except Exception as error:
            self.call.leave(error)
            raise
        finally:
            self._settle(so_far)
        if self._error is not None:
            raise self._error

    def _settle(self, so_far: SoFar) -> None:
        answered = None if self.call.ended else so_far.settled()
        if answered is not None:
            self._error = answered.error
            self.answer = self.call.settled(answered, so_far.waited_s)


class _Streamed:
    def __init__(self, call: Call, steps: Callable[[], Answering]) -> None:
        self._request = _Request(call, steps)

    @property
    def trace_id(self) -> str:
        """What feedback names later."""
        return self._request.call.trace_id

    @property
    def answer(self) -> Answer:
        """As far as it came. Raises UsageError while it is coming."""
        if self._request.answer is None:
            raise UsageError(
                "The answer has not ended",
                expected="a stream that was read, or closed",
                fix="Read it to its end, or leave its `with` block, before asking for the answer",
            )
        return self._request.answer


class Stream(_Streamed):
    """Not to be shared by threads. The model is asked when the first text is; raises ModelError like `call`."""

    def __init__(self, call: Call, steps: Callable[[], Answering]) -> None:
        super().__init__(call, steps)
        self._texts = self._request.texts()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        return next(self._texts)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stops the answer where it is."""
        self._texts.close()


class AsyncStream(_Streamed):
    """Like Stream, with `async with` and `async for`."""

    def __init__(self, call: Call, steps: Callable[[], Answering]) -> None:
        super().__init__(call, steps)
        self._texts = self._request.atexts()

    def __aiter__(self) -> AsyncIterator[str]:
        return self

    async def __anext__(self) -> str:
        return await anext(self._texts)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Stops the answer where it is."""
        await self._texts.aclose()
