"""Text that speaks to the model where only data should stand: signs of a planted instruction.

Own patterns, by what the text tries: to lift the rules, to be the system, to give the model another task, to get at
the prompt or at secrets, to set the result, to act through tools. Words of six languages for the first kind. A text
that only talks about instructions ("the assembly instructions are missing") has none of these signs.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_RULES = (
    r"(?:instructions?|directions?|directives?|prompts?|rules?|guidelines?|commands?|constraints?|restrictions?"
    r"|polic(?:y|ies)"
    r"|programming|training|safeguards?|filters?|orders|safety|guardrails?|tasks?|system (?:message|prompt)s?)"
)
_MODEL = r"(?:ai|a\.i\.|assistant|(?:large )?language model|llm|chat ?bot|bot|gpt\S*|chatgpt|claude|gemini|model|agent)"
_TO_LIFT: Final = (
    r"(?:ignor\w*|disregard\w*|forget\w*|overrid\w*|bypass\w*|neglect\w*|skip|drop|discard|cancel|violate|circumvent)"
)


class Sign(NamedTuple):
    """`kind` says what the text tries, in words."""

    start: int
    end: int
    kind: str


_KINDS: Final[dict[str, tuple[str, ...]]] = {
    "it lifts the instructions": (
        rf"\b{_TO_LIFT}\b[^.!?\n]{{0,60}}?\b(?:all|any|every|the|your|my|previous|prior|above|earlier|preceding|initial"
        rf"|original|other|these|those|system)\b[^.!?\n]{{0,30}}?\b{_RULES}\b",
        rf"\b{_TO_LIFT}\b (?:everything|all|anything|what|whatever)\b[^.!?\n]{{0,40}}"
        r"\b(?:above|before|previous\w*|prior|earlier|told|said|written|know|learned|wrote)",
        r"\bforget (?:everything|all of (?:it|this|that))\b",
        r"\b(?:do not|don't|no longer|stop) (?:follow|obey|adher\w+|comply\w*|listen\w*)\w*\b[^.!?\n]{0,40}"
        r"\b(?:instructions?|rules?|guidelines?|prompts?|above|them|developer|system)",
        r"\b(?:without|free (?:of|from)|no) (?:any )?(?:ethical |moral |content |safety )?(?:restrictions?"
        r"|filters?|censorship"
        r"|limitations?|guardrails?)\b",
        r"\b(?:vergiss|vergessen sie|ignorier\w*|missacht\w*)\b[^.!?\n]{0,50}\b(?:anweisung\w*|aufgaben?"
        r"|befehl\w*|regeln|alles|vorgaben|instruktion\w*)",
        r"\b(?:oubli\w*|ignor\w*)\b[^.!?\n]{0,50}\b(?:instructions?|consignes|règles|tout ce qui|directives)",
        r"\b(?:olvid\w*|ignor\w*)\b[^.!?\n]{0,50}\b(?:instrucciones|reglas|órdenes|todo lo)",
        r"\b(?:dimentic\w*|ignor\w*)\b[^.!?\n]{0,50}\b(?:istruzioni|regole|tutto ciò|indicazioni)",
        r"\b(?:negeer|vergeet)\b[^.!?\n]{0,50}\b(?:instructies|regels|opdrachten|alles|aanwijzingen)",
    ),
    "it poses as the system": (
        r"<\|(?:im_start|im_end|system|user|assistant|endoftext|start_header_id|eot_id)\|>|\[/?INST\]|<</?SYS>>",
        r"(?m)^\W{0,4}(?:system|developer|assistant|admin(?:istrator)?)(?: (?:message|prompt|note|override"
        r"|update|instruction|notice"
        r"|command))?\W{0,3}:\s*\S",
        r"(?m)^\W{0,6}(?:new|updated|additional|revised|real|important|hidden"
        r"|end of)[ \w]{0,20}(?:instructions?|task|rules|prompt)\W{0,3}(?::|$)",
        r"\b(?:end|beginning|start) of (?:the )?(?:system |user |original )?(?:prompt|instructions?|input"
        r"|context|message|document)\b",
        r"</?(?:system|instructions?|prompt|user_input|assistant)>",
        r"\b(?:developer|debug|god|admin|maintenance|jailbreak|sudo|dan|unrestricted) mode\b|\bdo anything now\b",
        r"\bi(?: am|'m) (?:the |your |an? )?(?:real )?(?:developer|administrator|admin|creator|openai|anthropic"
        r"|system|ceo|engineer)\b"
        r"[^\n]{0,60}\b(?:need|order|authori\w+|must|require|command|grant|allow|test)",
    ),
    "it gives the model another role": (
        r"\byou are (?:now|no longer|actually|not|free|going to (?:act|be|pretend|play))\b",
        r"\b(?:act|behave|respond|answer|speak|write|roleplay|role-play) (?:now )?(?:as if you|as (?:an?|the"
        r"|though|my)|like (?:an?|you))\b",
        r"\bpretend (?:to be|that|you|as)\b|\b(?:i want|need) you to\b|\bimagine (?:that )?you(?:'re| are)\b"
        r"|\bplay(?:ing)? the role\b",
        r"\bfrom (?:now|this (?:point|moment)) on(?:wards?)?\b|\byour (?:new|real|true|only|actual"
        r"|next) (?:task|role|job|goal|instructions?"
        r"|purpose|objective|name|mission)\b",
        r"\bnow (?:stop|forget|you (?:must|will|have|shall|are))\b|\bstop (?:being|acting|processing|reading"
        r"|analy[sz]ing|summari[sz]ing)\b",
        r"\bdu bist (?:jetzt|nun|ab jetzt)\b|\bich möchte,? dass du\b|\btu so,? als\b|\bvous êtes maintenant\b"
        r"|\beres ahora\b|\bahora eres\b|\bora sei\b",
    ),
    "it gives the model another task": (
        rf"\b(?:hey|dear|attention|note to|message (?:to|for)|instructions? (?:to|for)|if you are|as) (?:the "
        rf"|an? |any |all )?{_MODEL}s?\b"
        r"(?=[^\n]{0,80}\b(?:you|must|should|please|write|say|print|do|don't|ignore|include|output|respond"
        r"|reply|reading|processing|tell)\b)",
        rf"\b{_MODEL}s? (?:must|should|shall|has to|have to|is (?:required|instructed) to|reading this"
        rf"|processing this)\b",
        r"\binstead(?: of [^.!?\n]{1,60})?,? (?:just |simply |only |please |always |of that )?(?:write|say"
        r"|print|output|respond|reply|answer"
        r"|tell|return|give|translate|do|generate|send|show|list|repeat)\b",
        r"\b(?:write|say|print|output|respond|reply|answer|return|translate|summari[sz]e|generate"
        r"|tell)\b[^.!?\n]{1,60}\binstead\b",
        r"\b(?:only|just|simply|always|must) (?:write|say|print|output|respond|reply|answer|return|repeat)\b",
        r"\b(?:respond|reply|answer|output|return|print|say|write) (?:only|with only|just|exactly|nothing but"
        r"|with|the (?:word|phrase|text"
        r"|following|string))\b",
        r"\b(?:include|append|add|insert|mention|put|begin|end|start|finish)\b[^.!?\n]{1,60}\b(?:in|to|at|of"
        r"|with) (?:your|the|every|each|all)"
        r" (?:[a-z]+ )?(?:response|answer|reply|output|summary|message)s?\b",
        r"\b(?:do not|don't|never|refuse to|stop) (?:summari[sz]|translat|classif|extract|answer|respond"
        r"|process|analy[sz]|mention|tell"
        r"|reveal|inform|report|flag|warn)\w*\b",
        r"\b(?:after|once|when|before) (?:you(?:'ve| have)? )?(?:finish\w*|complet\w*|done|summari[sz]\w*"
        r"|read\w*|process\w*|answer\w*)\b[^\n]{0,60}"
        r"\b(?:also|then|send|write|call|open|delete|forward|visit|please)\b",
        r"\bvery important\b[^\n]{0,20}\byou (?:must|need|have)\b|\byou (?:must|have to|need to|shall"
        r"|will) (?:now |always |also |immediately |only )*"
        r"(?:comply|obey|answer|respond|reply|say|write|print|output|follow|tell|provide|give|generate|do"
        r"|execute|act|start|forget|call|send"
        r"|approve|rate|classify|recommend|include)\b",
    ),
    "it asks for the prompt or for secrets": (
        r"\b(?:reveal|print|show|repeat|output|display|give|tell|leak|dump|expose|share|disclose|return|list"
        r"|write|copy|translate|send|spell)\b[^.!?\n]{0,50}"
        r"\b(?:(?:system|initial|hidden|original|secret|internal|first|full|entire|previous|your) ?(?:prompt"
        r"|message|instructions?|text|rules"
        r"|configuration|guidelines?)s?|prompt texts?|(?:all|your) (?:the )?(?:prompts?|instructions?)"
        r"|passwords?|api[ _-]?keys?|credentials?|secrets?"
        r"|environment variables?|access tokens?|text above|everything above)\b",
        r"\bwhat (?:are|is|were|was) (?:your|the) (?:[a-z]+ ){0,2}(?:instructions?|system prompt|rules|prompt"
        r"|password|secret|api key)\b",
        r"\b(?:credit card|bank|account|social security|personal|private|confidential|login|user) (?:number"
        r"|detail|data|information|record)s?\b[^.!?\n]{0,60}"
        r"\b(?:to|at|via) (?:[\w.+-]+@|https?:|this (?:address|url|link|email))",
    ),
    "it sets the result": (
        r"\b(?:rate|score|grade|rank|mark|label|classify|categori[sz]e|tag|flag|treat|evaluate"
        r"|set)\b[^.!?\n]{0,50}\b(?:as|with|at|to|=) ?(?:an? |the )?[\"']?"
        r"(?:10|100|5|ten|five|highest|maximum|max|high|low|urgent|positive|negative|safe|benign|harmless"
        r"|approved|spam|not spam|excellent"
        r"|perfect|best|top|critical|correct|relevant|resolved|other)\b",
        r"\b(?:approve|accept|recommend|hire|grant|authori[sz]e|confirm|select|choose) (?:this|the|my|me|him"
        r"|her|permanent|full|immediate)"
        r"\b[^.!?\n]{0,60}\b(?:regardless|immediately|candidate|now|without|access|always|no matter|request"
        r"|automatically)\b",
        r"\b(?:urgency|category|priority|score|label|sentiment|verdict|status|rating)\s?(?:=|:|is|must be"
        r"|should be)\s?[\"']?(?:\d+|high|urgent|low|positive"
        r"|approved|safe|critical|other|billing|resolved)\b",
    ),
    "it acts through tools": (
        r"\b(?:call|use|invoke|run|execute|trigger)\b[^.!?\n]{0,30}\b(?:tools?|functions?|api|plugins?|command"
        r"|shell|script|code|sql|query|curl|bash)\b",
        r"\b(?:send|forward|post|upload|email|e-mail|mail|exfiltrate|transfer|transmit|submit"
        r"|wire)\b[^\n]{0,80}(?:\bto\b[^\n]{0,30}(?:[\w.+-]+@[\w-]+\.|https?://)"
        r"|\bto (?:my|this|the following) (?:address|email|account|url|server|wallet|number))",
        r"\b(?:click|visit|open|go to|navigate to|fetch|browse|download)\b[^\n]{0,50}https?://"
        r"|!\[[^\]\n]*\]\(https?://[^)\n]*\?[^)\n]*[={]",
        r"\b(?:delete|drop|wipe|erase|remove|overwrite|format) (?:all|every|the (?:database|table|file|account"
        r"|record|user)s?|my (?:account|files?|emails?"
        r"|history|data))\b",
        r"\b(?:transfer|wire|refund|pay|buy|purchase|unlock|grant|disable|schedule"
        r"|share)\b[^.!?\n]{0,60}\b(?:to (?:account|my|the account|user|iban)"
        r"|access|the (?:door|alarm|lock|security)\w*|\$ ?\d+|\d+ ?(?:usd|eur|dollars|euros|btc))\b"
        r"(?=[^\n]{0,80}\b(?:immediately|without|now|automatically|please|account|permission|asking|confirm\w*)\b)",
        r"\b(?:without|don't|do not|never) (?:ask\w*|tell\w*|notif\w*|inform\w*|confirm\w*|mention\w*"
        r"|alert\w*)\b[^.!?\n]{0,30}\b(?:user|customer|anyone|human|owner"
        r"|permission|confirmation|this)\b",
    ),
}
_PATTERNS: Final = tuple(
    (kind, re.compile("|".join(f"(?:{p.removeprefix('(?m)')})" for p in parts), re.IGNORECASE | re.MULTILINE))
    for kind, parts in _KINDS.items()
)


def signs(text: str) -> list[Sign]:
    """The first sign of each kind, in the order of the text."""
    found = [(kind, pattern.search(text)) for kind, pattern in _PATTERNS]
    return sorted(Sign(match.start(), match.end(), kind) for kind, match in found if match)
