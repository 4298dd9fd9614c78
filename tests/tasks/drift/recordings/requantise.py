"""A GGUF file whose Q4_1 weights are rounded to what Q4_0 can hold: a worse quantisation under the same name.

A Q4_0 weight d (q - 8) is a Q4_1 weight d q + m with m = -8 d, exactly in half precision, so the file keeps its layout
and only its blocks are rewritten. Formats: ggml's `block_q4_0`, `block_q4_1`; the GGUF specification, version 3.
"""

from __future__ import annotations

import io
import math
import struct
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Q4_1 = 3
BLOCK = np.dtype([("d", "<f2"), ("m", "<f2"), ("q", "u1", 16)])
SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
STRING, ARRAY = 8, 9


class Tensor(NamedTuple):
    weights: int
    kind: int
    offset: int


def to_q4_0(source: Path, target: Path) -> None:
    """Writes `target`, a copy of `source` with rounded Q4_1 tensors."""
    content = bytearray(source.read_bytes())
    tensors, start = _layout(io.BytesIO(content))
    for tensor in tensors:
        if tensor.kind == Q4_1:
            blocks = np.frombuffer(content, BLOCK, tensor.weights // 32, start + tensor.offset)
            blocks[:] = _rounded(blocks)
    target.write_bytes(content)


def _rounded(blocks: NDArray[Any]) -> NDArray[Any]:
    quants = np.concatenate([blocks["q"] & 15, blocks["q"] >> 4], axis=1).astype(np.float32)
    weights = quants * blocks["d"][:, None].astype(np.float32) + blocks["m"][:, None].astype(np.float32)
    extreme = np.take_along_axis(weights, np.abs(weights).argmax(axis=1)[:, None], axis=1)
    scale = extreme / -8
    inverse = np.divide(1.0, scale, out=np.zeros_like(scale), where=scale != 0)
    rounded = np.clip(np.floor(weights * inverse + 8.5), 0, 15).astype(np.uint8)
    found = np.empty_like(blocks)
    found["d"] = scale[:, 0]
    found["m"] = -8 * found["d"]
    found["q"] = rounded[:, :16] | rounded[:, 16:] << 4
    return found


def _layout(file: IO[bytes]) -> tuple[list[Tensor], int]:
    """The tensors, and where their data starts."""
    magic, _version, tensors, values = struct.unpack("<4sIQQ", file.read(24))
    if magic != b"GGUF":
        raise ValueError(f"Not a GGUF file: it starts with {magic!r}")
    metadata = {_string(file): _value(file, *_read(file, "I")) for _ in range(values)}
    found = []
    for _ in range(tensors):
        _string(file)
        shape = _read(file, f"{_read(file, 'I')[0]}Q")
        found.append(Tensor(math.prod(shape), *_read(file, "IQ")))
    alignment = metadata.get("general.alignment", 32)
    return found, -(-file.tell() // alignment) * alignment


def _read(file: IO[bytes], form: str) -> tuple[Any, ...]:
    return struct.unpack(f"<{form}", file.read(struct.calcsize(f"<{form}")))


def _string(file: IO[bytes]) -> str:
    return file.read(_read(file, "Q")[0]).decode()


def _value(file: IO[bytes], kind: int) -> Any:
    if kind == STRING:
        return _string(file)
    if kind == ARRAY:
        inner, count = _read(file, "IQ")
        return [_value(file, inner) for _ in range(count)]
    return _read(file, SCALARS[kind])[0]
