"""An endpoint that speaks the OpenAI API and always answers the same after the same time, in a process of its own.

`GET /v1/answered` says how many calls it answered.

python tests/bench/constant.py 0.5        # prints its port, answers after half a second, ends with its stdin
"""

from __future__ import annotations

import asyncio
import json
import sys

from aiohttp import web

ANSWER = {
    "id": "1",
    "object": "chat.completion",
    "created": 1,
    "model": "constant",
    "choices": [
        {"index": 0, "message": {"role": "assistant", "content": '{"product": "lamp"}'}, "finish_reason": "stop"},
    ],
    "usage": {"prompt_tokens": 40, "completion_tokens": 6, "total_tokens": 46},
}  # fmt: skip


async def serve(latency_s: float) -> None:
    body = json.dumps(ANSWER).encode()
    answered = 0

    async def answer(request: web.Request) -> web.Response:
        nonlocal answered
        await request.read()
        await asyncio.sleep(latency_s)
        answered += 1
        return web.Response(body=body, content_type="application/json")

    async def count(request: web.Request) -> web.Response:
        return web.Response(text=str(answered))

    app = web.Application()
    app.router.add_post("/v1/chat/completions", answer)
    app.router.add_get("/v1/answered", count)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    sys.stdout.write(f"{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1])))
