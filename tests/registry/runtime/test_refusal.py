from __future__ import annotations

import pytest

from registry.runtime.refusal import is_refusal

REFUSALS = [
    ("en", "I'm sorry, but I can't help with that request."),
    ("en", "I\u2019m sorry, but I can\u2019t assist with that."),
    ("en", " I cannot fulfill your request. I'm just an AI."),
    ("en", "As an AI language model, I cannot provide medical advice."),
    ("en", "I must decline to answer this."),
    ("en", "I'm not able to share that information."),
    ("en", "Unfortunately, I won't provide that."),
    ("en", "I don't feel comfortable writing that."),
    ("en", "It's not appropriate or ethical to provide instructions for this."),
    ("en", '{"error": "I cannot comply with this request"}'),
    ("en", "That goes against my guidelines."),
    ("de", "Es tut mir leid, aber dabei kann ich Ihnen nicht helfen."),
    ("de", "Ich kann Ihnen dazu leider keine Auskunft geben."),
    ("de", "Ich muss diese Anfrage ablehnen."),
    ("fr", "Je suis d\u00e9sol\u00e9, mais je ne peux pas vous aider."),
    ("fr", "Je dois refuser."),
    ("es", "Lo siento, pero no puedo ayudarte con eso."),
    ("it", "Mi dispiace, non posso aiutarti."),
    ("pt", "Desculpe, mas n\u00e3o posso ajudar com isso."),
    ("nl", "Sorry, ik kan je hier niet mee helpen."),
]
ANSWERS = [
    "I'm sorry for the delay. Your order A-12 ships tomorrow.",
    "I'm sorry to hear that! Let me help you with the refund.",
    "I cannot find an order with this number. Could you check it?",
    "I'm sorry, but I can't find your order.",
    '{"order_id": "A-1023", "product": "blue lamp"}',
    "billing",
    "You can't return opened software, but we can exchange it.",
    "The customer says they cannot log in.",
    "I can help with that.",
    "If the lamp won't turn on, check the fuse.",
    "Ich kann das gerne f\u00fcr Sie pr\u00fcfen.",
    "Das Paket ist leider noch nicht angekommen.",
    "Je peux vous aider.",
    "No puedo encontrar el pedido, \u00bfme das el n\u00famero?",
    "Non ho trovato l'ordine.",
    "N\u00e3o encontrei o pedido.",
    "Ik help je graag.",
    "",
]


@pytest.mark.parametrize(("language", "text"), REFUSALS)
def test_refusals_are_found(language: str, text: str) -> None:
    found = is_refusal(text)
    assert found.yes
    assert found.why == f"phrase {language}"


@pytest.mark.parametrize("text", ANSWERS)
def test_answers_are_none(text: str) -> None:
    assert not is_refusal(text).yes


@pytest.mark.parametrize(
    ("finish_reason", "field", "yes"),
    [
        ("content_filter", None, True),
        ("SAFETY", None, True),
        ("stop", "No.", True),
        ("length", None, False),
        (None, "", False),
    ],
)
def test_what_the_provider_says(finish_reason: str | None, field: str | None, yes: bool) -> None:
    assert is_refusal("Fine.", finish_reason, field).yes is yes


def test_a_refusal_is_said_at_the_beginning() -> None:
    assert not is_refusal("Here is the story. " * 40 + "I cannot help with that.").yes
