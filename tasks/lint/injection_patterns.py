"""What planted instructions say, by what they try. English; other languages are in injection_languages."""

from __future__ import annotations

from typing import Final

_RULES = (
    r"(?:i\w{0,3}stru\w{1,4}ons?|directions?|directives?|prompts?|rules?|guidelines?|commands?"
    r"|constraints?|restrictions?"
    r"|polic(?:y|ies)|programming|training|safeguards?|filters?|orders|safety|guardrails?|tasks?|system messages?)"
)
_MODEL = r"(?:ai|a\.i\.|assistant|(?:large )?language model|llm|chat ?bot|bot|gpt\S*|chatgpt|claude|gemini|model|agent)"
_TO_LIFT: Final = (
    r"(?:ignor\w*|disregard\w*|forget\w*|overrid\w*|bypass\w*|neglect\w*|skip|drop|discard|cancel|violate|circumvent)"
)


def _any_of(words: str) -> str:
    return f"(?:{'|'.join(words.split())})"


_LIFTED = _any_of(
    "all any every the your my previous prior above earlier preceding initial original other these those system"
)
_SAY = _any_of("write say print output respond reply answer return repeat")
_SHOW = _any_of(
    """reveal print show repeat output display give tell leak dump expose share disclose return list write copy
    translate send spell"""
)
_SECRETS = (
    r"(?:(?:(?:system|initial|hidden|original|secret|internal|first|full|entire|previous|your) ?"
    r"(?:prompt|instruction|rule|configuration|guideline)s?)|prompt texts?|passwords?|api[ _-]?keys?|credentials?"
    r"|environment variables?|access tokens?|text above|everything above)"
)
_ANSWER = _any_of(
    r"""response message answer reply replies output summary summaries translation code codebase solution implementation
    algorithm explanation elucidation program"""
)
_DO = r"(?:please |then |also |can you )?" + _any_of(
    r"""add append apply attach augment blend change combine convert embed encode encrypt end enhance ensure express
    feature finish format group include incorporate incorporating insert integrate integrating introduce invert jumble
    make mention merge misspell modify place prefix provide put rearrange remove render replace represent reverse
    rewrite scramble shift state substitute suggest supplement\w* translate upgrade use utili[sz]e validate weave
    write"""
)
_TASK = r"(?:please |now |then |also )?" + _any_of(
    "analy[sz]e calculate compose describe draft encrypt explain generate paraphrase recommend rewrite"
    " summari[sz]e translate write"
)

_READER = r"(?:automated|ai|a\.i\.|llms?|language models?|chat ?bots?)\b"
_SEND = r"(?<!\bto )(?<!\bi )(?:send|e-?mail|forward|post|upload|submit|transfer|transmit|wire|copy|bcc|exfiltrate)"
_PRIVATE = _any_of(
    r"""all every each contents? body inbox conversations? chats? history passwords? passports? credentials? secrets?
    codes? tokens? keys? bank credit user user's full entire complete list summary"""
)
_PLACE = r"(?:[\w.+-]+@[\w-]+\.|https?://|www\.|this (?:address|url))"
_PURSE = r"(?:accounts?|iban|wallet|[a-z]{2}\d{2}[a-z0-9]{8,}|0x[0-9a-f]{8,})\b"

KINDS: Final[dict[str, list[str]]] = {
    "it lifts the instructions": [
        rf"\b{_TO_LIFT}\b[^.!?\n]{{0,60}}?\b{_LIFTED}\b[^.!?\n]{{0,30}}?\b{_RULES}\b",
        (
            rf"\b{_TO_LIFT}\b (?:everything|all|anything|what|whatever)\b[^.!?\n]{{0,40}}\b(?:above|before"
            rf"|previous\w*|prior|told)"
        ),
        r"\bforget (?:everything|all of (?:it|this|that))\b",
        (
            rf"\b{_TO_LIFT}\b[^.!?\n]{{0,40}}\b(?:data|text|contents?|documents?|context|info\w*|articles?|inputs?"
            rf"|above"
            rf"|else|them)\b,? (?:and |then |instead )*(?:just |only |simply |focus |{_SAY}\b)"
        ),
        r"\bfocus (?:only|exclusively|solely) on\b|\b(?:exclusively|strictly) (?:focus|adhere|follow)\b",
        (
            r"\b(?:do not|don't|no longer|stop) (?:follow|obey|listen)\w*\b[^.!?\n]{0,40}\b(?:instructions?|rules?"
            r"|prompts?|above)"
        ),
        r"\b(?:without|free of|no) (?:any )?(?:ethical|moral|content|safety) (?:restrictions?|filters?|limitations?)\b",
        (
            r"\bexempt from (?:the |all |any |these )*(?:usual |normal )?(?:restrictions?|rules|guidelines"
            r"|polic\w+|limits)\b"
        ),
    ],
    "it poses as the system": [
        r"<\|(?:im_start|im_end|system|user|assistant|endoftext|start_header_id|eot_id)\|>|\[/?INST\]|<</?SYS>>",
        (
            r"^\W{0,4}(?:system|developer|assistant|admin)(?: (?:message|prompt|note|override|update"
            r"|command))?\W{0,3}:\s*\S"
        ),
        (
            r"^\W{0,6}(?:new|updated|additional|revised|real|hidden|end of) ?\w* ?(?:instructions?|task|rules"
            r"|prompt)\W{0,3}(?::|$)"
        ),
        r"\b(?:end|beginning|start) of (?:the )?(?:system |user |original )?(?:prompt|instructions?|input|context)\b",
        r"</?(?:system|instructions?|prompt|user_input|assistant)>|<end of \w+>",
        r"^\W{0,6}(?:system|admin|developer)[ _-](?:message|prompt|note|notice|override|command|instructions?)\b",
        r"\b(?:in)?visible (?:only )?to (?:humans?|people|the user|users|readers?|llms?|ai|models?)\b",
        r"\b(?:developer|debug|god|admin|maintenance|jailbreak|sudo|dan|unrestricted) mode\b|\bdo anything now\b",
        r"\bi(?: am|'m) (?:the|your) (?:developer|administrator|admin|creator|system|engineer)\b",
    ],
    "it gives the model another role": [
        r"\byou are (?:now|no longer|actually|free|going to (?:act|be|pretend|play))\b",
        (
            r"\b(?:act|behave|respond|answer|speak|write|role-?play) (?:now )?(?:as if you|as (?:an?|though|my) "
            r"|like (?:an?|you) )"
        ),
        r"\bpretend (?:to be|that you|you|as)\b|\bimagine (?:that )?you(?:'re| are)\b|\bplay(?:ing)? the role\b",
        r"\bi want you to (?:act|ignore|pretend|be|answer|respond|write|say|imagine|play|become|forget|translate)\b",
        (
            r"\bfrom (?:now|this (?:point|moment)) on(?:wards?)?\b[^.!?\n]{0,30}\b(?:you|your|answer|respond|speak"
            r"|act|talk|only)\b"
        ),
        r"\byour (?:new|real|true|only|actual|next) (?:task|role|job|goal|instructions?|purpose|objective|mission)\b",
        r"\bnow (?:forget|you (?:must|will|shall))\b|\bstop (?:being|acting|processing|analy[sz]ing|summari[sz]ing)\b",
        (
            r"\bdu bist (?:jetzt|nun)\b|\bich möchte,? dass du\b|\bvous êtes maintenant\b|\b(?:eres ahora"
            r"|ahora eres|ora sei)\b"
        ),
    ],
    "it gives the model another task": [
        rf"(?:^|[.!?:>\"']\s+|^[-*] ?){_DO}\b[^\n]{{0,120}}?\byour (?:[a-z]+ )?{_ANSWER}\b",
        rf"\b(?:in|to|of|throughout) your (?:[a-z]+ )?{_ANSWER},? (?:please )?{_DO}\b",
        (
            rf"\b(?:note|notice|message|attention|directives?|instructions?|profile|hint) (?:to|for|by) (?:the "
            rf"|any |all )?"
            rf"{_READER}"
        ),
        (
            rf"\b{_READER}(?: (?:agents?|assistants?|models?|systems?|tools?))?\b[^.!?\n]{{0,50}}"
            r"\b(?:must|should|shall|need to|are required)\b"
        ),
        (
            r"\b(?:when|while|before|after|if) (?:you (?:are )?)?(?:summari[sz]|read|process|answer|translat"
            r"|review|evaluat)\w*"
            rf"\b[^.!?\n]{{0,60}}[,:] ?(?:please |also |always )?(?:{_SAY}|{_SEND}|end|start|begin|include|add"
            rf"|append|call)\b"
        ),
        (
            r"\bmust be (?:included|added|appended|mentioned|repeated|inserted)\b[^.!?\n]{0,40}\b(?:every|each"
            r"|all|any)\b"
            r"|\b(?:for|in|to) (?:all|every|each|any) future\b|\bto your (?:long-?term )?memory\b"
        ),
        r"\bdecode\b[^.!?\n]{0,50}\b(?:follow|obey|execute|run|comply|do (?:exactly )?(?:what|as))\b",
        (
            r"\b(?:task|job|work) (?:that )?i (?:gave|assigned) you\b|\bdo the following(?: \w+){0,2} first\b"
            r"|\bbefore (?:you (?:can |do )?)?(?:solv|complet|answer|continu|proceed|respond|summari[sz])\w*\b"
            r"[^.!?\n]{0,80}"
            r"\b(?:first|must|you (?:need|have) to)\b"
        ),
        (
            rf"(?:^|[.!?:>\"']\s+){_TASK} (?:one|two|three|four|five|ten|\d+|an?|the|this|these|your|all|some"
            rf"|everything|in|how|what|why)\b"
        ),
        (
            rf"{_DO}\b[^.!?\n]{{0,40}}\b(?:code|section|snippet|block|excerpt|line)s?\b[^.!?\n]{{0,60}}\b(?:your"
            rf"|the) {_ANSWER}\b"
        ),
        (
            rf"\b(?:hey|dear|attention|note to|(?:message|instructions?) (?:to|for)|if you are|as) (?:the |an? "
            rf"|any |all )?{_MODEL}s?\b"
        ),
        (
            rf"\b{_MODEL}s? (?:must|should|shall|has to|have to|is (?:required|instructed) to|reading this"
            rf"|processing this)\b"
        ),
        rf"\binstead(?: of [^.!?\n]{{1,60}})?,? (?:(?:just|simply|only|please|always|of that) )?{_SAY}\b",
        rf"\b{_SAY}\b[^.!?\n]{{1,60}}\binstead\b",
        rf"\b(?:only|just|simply|always|must) {_SAY}\b(?! (?:to|me|my)\b)",
        (
            rf"\b{_SAY} (?:only|with only|with just|exactly|nothing but|with exactly|with the (?:word|phrase|text"
            rf"|following))\b"
        ),
        rf"\b{_SAY} (?:the|only the) (?:word|phrase|text|following|string)\b",
        (
            r"\b(?:include|append|add|insert|mention|put|begin|end|start|finish)\b[^.!?\n]{1,60}\b(?:in|to|at|of|with) "
            r"(?:your|every|each|all) (?:[a-z]+ )?(?:response|answer|reply|output|summar(?:y|ies)|message)s?\b"
        ),
        r"\b(?:do not|don't|never|refuse to) (?:summari[sz]e|translate|classify|extract|process|analy[sz]e)\b",
        (
            r"\b(?:after|once|when|before) (?:you(?:'ve| have)? )?(?:finish\w*|complet\w*|summari[sz]\w*|process\w*"
            r"|answer\w*)\b"
            r"[^\n]{0,60}\b(?:also|then|send|write|call|delete|forward)\b"
        ),
        (
            r"\byou (?:must|have to|need to|shall) (?:(?:now|always|also|immediately|only) )*"
            r"(?:comply|obey|respond|output|print|follow|execute|generate|classify|rate|say|write)\b"
        ),
    ],
    "it asks for the prompt or for secrets": [
        rf"\b{_SHOW}\b[^.!?\n]{{0,50}}\b{_SECRETS}\b",
        r"\b(?:instructions?|rules|prompts?) (?:that )?you (?:were|have been|are) (?:given|told|following)\b",
        r"\b169\.254\.169\.254\b",
        (
            r"\bwhat (?:are|is|were|was) (?:your|the) (?:[a-z]+ ){0,2}(?:instructions?|system prompt|rules|prompt"
            r"|secret|api key)\b"
        ),
    ],
    "it sets the result": [
        (
            r"\b(?:if|when|whenever) (?:you are |you're )?(?:asked|questioned|queried|(?:the |a |any )?(?:users?"
            r"|anyone)"
            rf" asks?)\b[^.!?\n]{{0,60}}\b(?:{_SAY}|report|state|claim|tell|recommend)\b"
        ),
        (
            r"\boverrid\w+ (?:the |any |all |manual |human )+(?:scor\w+|reviews?|decisions?|evaluations?|ratings?"
            r"|results?)\b"
        ),
        (
            r"\b(?:rate|score|grade|rank|mark|label|classify|categori[sz]e|flag|treat)\b[^.!?\n]{0,50}\b(?:as|with|at) "
            r"(?:an? |the )?[\"']?(?:10|100|5|ten|five|highest|maximum|high|low|urgent|positive|negative|safe"
            r"|benign|approved"
            r"|spam|not spam|perfect|best|top|critical|correct|relevant|resolved)\b"
        ),
        (
            r"\b(?:approve|accept|recommend|hire|grant|authori[sz]e|select|choose) (?:this|the|my|me|him|her"
            r"|permanent|full)\b"
            r"[^.!?\n]{0,60}\b(?:regardless|candidate|applicant|access|no matter|automatically)\b"
        ),
        (
            r"\b(?:urgency|category|priority|score|label|sentiment|verdict|rating)\s?[=:]\s?[\"']?(?:\d+|high"
            r"|urgent|low"
            r"|positive|approved|safe|critical|other)\b"
        ),
    ],
    "it acts through tools": [
        rf"\b{_SEND}\b[^.!?\n]{{0,80}}\b{_PRIVATE}\b[^\n]{{0,160}}?\b(?:to|at)\b[^\n]{{0,40}}?{_PLACE}",
        (
            rf"\b{_PRIVATE}\b[^.!?\n]{{0,60}}\b{_SEND} (?:it|them|these|those|that)\b[^\n]{{0,30}}\bto\b"
            rf"[^\n]{{0,40}}?{_PLACE}"
        ),
        r"\b(?:call|use|using|invoke|run|execute|trigger)\b[^.!?\n]{0,20}\b(?-i:[a-z]+(?:_[a-z]+)+)\b",
        (
            r"\b(?:users?|admin\w*|owner|operator|manager) (?:has |have )?(?:already |pre-?)(?:approved"
            r"|authori[sz]ed|consented)\b"
        ),
        (
            rf"\b{_SEND}\b[^.!?\n]{{0,60}}?(?:\b(?:money|funds|transactions?|payments?|bitcoin|crypto)\b|[$€£]\s?\d)"
            rf"[^\n]{{0,120}}?\bto\b[^\n]{{0,30}}?{_PURSE}|\bpayments?\b[^.!?\n]{{0,30}}\bto (?:be to )?the account\b"
        ),
        (
            r"\b(?:then|after (?:that|wards)|and),? delete (?:the|this|that|all) (?:sent )?(?:e-?mails?|messages?"
            r"|files?|logs?"
            r"|evidence|history)\b|\bdelete the (?:e-?mail|message) (?:that )?you\b"
        ),
        (
            r"\b(?:fill|do|proceed|continue|execute|send|pay|delete|approve)\b[^.!?\n]{0,40}\bwithout (?:asking"
            r"|confirm\w+|approval|verification)\b"
        ),
        r"\b(?:change|reset|set) the (?:password|e-?mail|recipient|permissions?) of (?:the user|an? )",
        (
            r"\b(?:call|use|invoke|run|execute|trigger)\b[^.!?\n]{0,30}\b(?:tools?|functions?|api|plugins?|shell"
            r"|script|sql|curl|bash)\b"
        ),
        (
            r"\b(?:forward|upload|exfiltrate|transmit|send|email)\b[^.!?\n]{0,40}\b(?:all|user|conversation"
            r"|contents?|data|history"
            r"|details|records?|files?|codes?)\b[^\n]{0,40}\bto\b[^\n]{0,30}(?:[\w.+-]+@[\w-]+\.|https?://"
            r"|this (?:address|url))"
        ),
        r"!\[[^\]\n]*\]\(https?://[^)\n]*\?[^)\n]*[={]|\b(?:fetch|browse|navigate to)\b[^\n]{0,40}https?://",
        (
            r"\b(?:delete|drop|wipe|erase|overwrite) (?:all|every|the) (?:[a-z]+ )?(?:database|tables?|files?"
            r"|records?|users?|emails?)\b"
        ),
        (
            r"\bgrant\b[^.!?\n]{0,40}\b(?:access|permissions?|privileges?)\b|\bdisable\b[^.!?\n]{0,30}\b(?:alarm"
            r"|security|logging)\b"
        ),
        (
            r"\b(?:without|don't|do not|never) (?:tell|notify|inform|mention|alert)\w*\b[^.!?\n]{0,30}\b(?:user"
            r"|anyone|human|owner)\b"
        ),
    ],
}
