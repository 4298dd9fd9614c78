"""Customer messages for the demo's traffic: composed from hand-written parts, never the eval set's cases."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple


class Ticket(NamedTuple):
    """`unit` is the session; `intent` is the label the application gives its request."""

    unit: str
    intent: str
    message: str


_PRODUCTS = (
    "desk lamp", "winter coat", "coffee grinder", "yoga mat", "phone case", "garden hose", "bookshelf", "rain boots",
    "water bottle", "office chair", "wall clock", "backpack", "bread knife", "bed sheets", "bike helmet", "tea kettle",
    "hiking socks", "picture frame", "camping stove", "wireless mouse", "floor rug", "hand mixer", "travel pillow",
    "leather belt", "measuring tape", "bath towels", "standing desk", "paper shredder", "ceiling fan", "board game",
)  # fmt: skip

_PROBLEMS = (
    "Hi, my {product} from order {order} arrived broken. What now?",
    "Order {order}: the {product} is the wrong colour, I asked for blue.",
    "hello, i never got the {product}, order no {order}, its been two weeks!!",
    "The {product} I bought (order {order}) stopped working after one day.",
    "I want my money back for the {product}. Order number {order}.",
    "Two parts of the {product} are missing, order {order}. Please send them.",
    "My parcel {order} was left in the rain, and the {product} is ruined.",
    "This is the third time I write. Order {order}, {product}, still not refunded.",
    "The {product} in order {order} came with a big scratch on one side.",
    "Somebody else's name was on the box, but the {product} is mine. Order {order}.",
)

_QUESTIONS = (
    "When will the {product} from order {order} be delivered?",
    "Can I still change the delivery address of order {order}? It is the {product}.",
    "Good morning! Is the {product} in order {order} covered by a warranty?",
    "Could you send me the invoice for order {order}, the {product}, please?",
    "I would like to add gift wrapping to the {product}, order {order}.",
    "Where do I find the manual for the {product}? I ordered it as {order}.",
    "Is it possible to pick up the {product} (order {order}) in the store instead?",
    "Thanks for the quick delivery of {order}. Does the {product} need batteries?",
    "What is the return window for order {order}? The {product} is a present.",
    "Do you ship order {order} to Austria as well? It is only the {product}.",
)


def tickets(seed: int) -> Iterator[Ticket]:
    """An endless, repeatable stream: every ticket is a new session."""
    chance = random.Random(seed)  # noqa: S311 (messages, not secrets)
    number = 0
    while True:
        number += 1
        intent, texts = chance.choice((("problem", _PROBLEMS), ("question", _QUESTIONS)))
        order = f"{chance.choice('ABCDEFGHKLMNPRSTUVWX')}{chance.randrange(1000, 99999)}"
        text = chance.choice(texts).format(product=chance.choice(_PRODUCTS), order=order)
        yield Ticket(f"session-{seed}-{number}", intent, text)
