from __future__ import annotations

import pytest

from tasks.evaluation.language import language


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Where is my parcel? It has not come, and I need it.", "en"),
        ("Ich habe mein Paket noch nicht bekommen, wo ist es?", "de"),
        ("Je n'ai pas reçu le colis que vous avez envoyé.", "fr"),
        ("No ha llegado el paquete y lo necesito para mi madre.", "es"),
        ("Non è arrivato il pacco che ho ordinato con mia sorella.", "it"),
        ("Ik heb het pakket niet gekregen, waar is het?", "nl"),
        ("Não recebi a encomenda que fiz com o meu cartão.", "pt"),
        ("Nie dostałem paczki, gdzie jest moja lampa i czy to się da zwrócić?", "pl"),
        ("Где моя посылка?", "cyrillic"),
        ("荷物はどこですか", "hiragana"),
        ("أين طردي؟", "arabic"),
        ("refund 48820 pls", "latin"),
        ("12345 !!", "none"),
        ("", "none"),
    ],
)
def test_by_script_and_stop_words(text: str, expected: str) -> None:
    assert language(text) == expected
