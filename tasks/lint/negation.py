"""Whether a sentence forbids what stands at some place in it.

A look at the words in front, up to the last comma: no grammar. "Do not, under any circumstances, do x" is taken for x.
"""

from __future__ import annotations

import re

_NOT = re.compile(
    r"\b(?:never|not|don't|doesn't|cannot|can't|mustn't|shouldn't|won't|without|avoid\w*|refuse\w*|nor|neither"
    r"|nobody|no one|forbid\w*"
    r"|prohibit\w*|decline\w*|instead of|rather than|if (?:\w+ ){0,4}(?:ask|tell|say|want|request)\w*)\b",
    re.IGNORECASE,
)
_REACH = 60


def negated(sentence: str, start: int) -> bool:
    """Whether a word of negation stands up to 60 characters before `start`, with no comma between."""
    before = sentence[max(0, start - _REACH) : start]
    return bool(_NOT.search(re.split(r"[,;:]", before)[-1]))
