"""What a refusal sounds like, by language: one pattern each, over lower-case text with plain quotes and single spaces.

Line breaks and indentation are no part of a pattern; `{start}` is the beginning of a clause, `{verb}` what is refused.
"""

from __future__ import annotations

import re
from functools import cache

_START = r"""(?:^|[.!?:,;"'>-] ?|\b(?:but|and|so|that|however,?|therefore,?|unfortunately,?) )"""
_VERB = """
    (?:help|assist|comply|fulfil+|provide|offer|give|answer|respond|discuss|support|encourage|promote|condone|engage
    |participate|continue|do that|do this|share|create|generate|write|produce|satisfy|recommend|suggest|advise
    |facilitate|endorse|teach|tell you|speculate|disclose|reveal|carry out|process (?:this|that|your) request)"""

_EN = r"""
    {start}i (?:can'?t|cannot|can not|could not|couldn't|won't|will not|am unable to|'m unable to|am not able to
        |'m not able to|would not be able to|must decline to|refuse to|decline to)
        (?: and (?:will|would) not| in good conscience| ethically| legally| morally| directly| personally)? {verb}\b
    |\bi'm (?:unable|not able|not allowed|not permitted|not programmed|not designed) to {verb}\b
    |\bi (?:must|have to|need to|respectfully|will have to|'ll have to) (?:decline|refuse)\b
    |\bi(?: do not|'m not| am not| don't)? (?:feel )?(?:un)?comfortable (?:with )?
        (?:providing|helping|discussing|writing|answering|sharing|assisting|doing)
    |\b(?:as|i am|i'm|being) (?:just )?an? (?:responsible |ethical |safe |harmless )*(?:ai|artificial intelligence)\b
        [^.]{0,80}\bi (?:can'?t|cannot|can not|am unable|am not able|do not have the ability|don't have the ability
        |must|am not capable)
    |\b(?:it is|it's|it would be|that would be|would be) (?:not |neither )?(?:in)?
        (?:appropriate|ethical|unethical|illegal)[^.]{0,40} for me to\b
    |\bnot (?:within|in line with) my (?:programming|guidelines|policies|ethical)
    |\bit(?: is|'s) not (?:appropriate|ethical|safe|legal|acceptable)
        (?:,? (?:or|nor|and) (?:appropriate|ethical|safe|legal|respectful))*(?: for me )? ?
        to (?:provide|discuss|offer|promote|share|answer|give (?:you|instructions|advice))\b
    |\bi(?:'m| am) an ai[^.]{0,40} (?:and )?(?:i )?(?:do not|don't|cannot|can't|will not)
        (?: condone| promote| encourage| engage| support| provide)
    |\b(?:goes |is )?against my (?:programming|guidelines|policy|policies|ethical|principles|values)
    |\bi'?m sorry,? (?:dave|but (?:i can'?t|i cannot|that's not something i))\b
        (?! (?:find|see|locate|access|open|tell|understand|make out|read|verify|confirm|identify|determine))"""

_DE = r"""
    \bich kann (?:dir|ihnen|dabei|das|dies|diese|hierbei|damit|darauf|bei)\b[^.]{0,80}\b(?:nicht|keine)\b[^.]{0,40}
        \b(?:helfen|weiterhelfen|unterstützen|beantworten|antworten|geben|bereitstellen|erfüllen|nachkommen)\b
    |\b(?:dabei|damit|hierbei) (?:kann|darf|werde) ich (?:dir |ihnen )?(?:leider )?nicht (?:weiter)?helfen\b
    |\bich (?:muss|möchte) (?:das |dies |diese anfrage |ihre anfrage )?(?:leider )?ablehnen\b
    |\bich darf (?:dir |ihnen )?(?:dazu |das |dies |darüber )?(?:leider )?(?:nicht|keine)\b"""

_FR = r"""
    \bje ne (?:peux|puis|suis) pas (?:en mesure de |autorisée? à )?(?:vous |t')?
        (?:aider|assister|répondre|fournir|donner|satisfaire|accéder à votre demande|traiter|discuter)
    |\bje (?:dois|préfère) (?:décliner|refuser)\b"""

_ES = r"""
    \bno (?:puedo|me es posible|estoy en condiciones de|estoy autorizad[oa] (?:a|para))
        (?: ayudar| asistir| proporcionar| responder| dar| ofrecer| cumplir| compartir| hablar| continuar)
    |\b(?:debo|tengo que) (?:declinar|rechazar|negarme)\b"""

_IT = r"""
    \bnon (?:posso|sono in grado di|mi è possibile)
        (?: aiutar| assister| fornir| risponder| dar| soddisfar| condivider| discuter| continuar)
    |\bdevo (?:rifiutare|declinare)\b"""

_PT = r"""
    \bnão (?:posso|consigo|estou autorizad[oa] a)(?: te| o| a| lhe)?
        (?: ajudar| ajudá| fornecer| responder| atender| dar| compartilhar| discutir| continuar)
    |\b(?:devo|preciso) (?:recusar|declinar)\b"""

_NL = r"""
    \bik (?:kan|mag) (?:je|u|jou|hier|daar|dit|dat|deze)\b[^.]{0,60}\b(?:niet|geen)\b[^.]{0,40}
        \b(?:helpen|assisteren|beantwoorden|geven|verstrekken)\b"""


def _joined(text: str) -> str:
    return re.sub(r"\n *", "", text)


def _compiled(text: str) -> re.Pattern[str]:
    return re.compile(_joined(text.replace("{start}", _START).replace("{verb}", _VERB)))


@cache
def phrases() -> dict[str, re.Pattern[str]]:
    """By language. Compiled when the first answer is looked at, so that importing the client stays cheap."""
    texts = {"en": _EN, "de": _DE, "fr": _FR, "es": _ES, "it": _IT, "pt": _PT, "nl": _NL}
    return {language: _compiled(text) for language, text in texts.items()}
