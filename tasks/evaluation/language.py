"""Which language a text is in, as far as its script and its most frequent small words say. Pure.

Rules of our own: a script that is not Latin names itself, Latin is told apart by stop words. A text with less than two
of them, or as many of two languages, stays `latin`. Short messages often do.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

_STOP_WORDS = {
    "de": "der die das und ist nicht ich ein eine mit für auf zu von den dem es sie wir mein habe bei noch aber wo",
    "en": "the and is not i a an with for on to of in it my you was have has this that are can where but your",
    "es": "el la los las y es no un una con para por que en mi lo se del está pero muy he donde su",
    "fr": "le la les et est ne pas je un une avec pour sur de du des en il mon ma vous mais où que au",
    "it": "il lo la gli e è non un una con per su di del che in mi ho sono ma dove mio della i",
    "nl": "de het een en is niet ik met voor op van in mijn maar dat er aan ben heb waar u zijn te",
    "pl": "nie jest się w na z do i to że o mój moja ale jak po czy za od mam gdzie już",
    "pt": "o a os as e é não um uma com para por que em meu minha do da mas muito está onde seu",
}
_WORDS = {name: frozenset(words.split()) for name, words in _STOP_WORDS.items()}
_LEAST = 2


def language(text: str) -> str:
    """`de`, `en`, `es`, `fr`, `it`, `nl`, `pl` or `pt`; else the script (`latin`, `cyrillic`, ...); `none` without
    letters."""
    script = _script(text)
    return _by_stop_words(text) or script if script == "latin" else script


def _script(text: str) -> str:
    """The first word of the Unicode name of most letters: `cjk`, `hangul`, `arabic`."""
    names = Counter(unicodedata.name(character, "none").split()[0] for character in text if character.isalpha())
    return min(names, key=lambda name: (-names[name], name)).lower() if names else "none"


def _by_stop_words(text: str) -> str | None:
    words = re.findall(r"[^\W\d_]+", text.casefold())
    counts = sorted(((sum(word in known for word in words), name) for name, known in _WORDS.items()), reverse=True)
    (most, found), (second, _) = counts[:2]
    return found if most >= _LEAST and most > second else None
