"""What planted instructions say in German, French, Spanish, Italian and Dutch: the commonest forms only."""

from __future__ import annotations

from typing import Final

OTHERS: Final[dict[str, list[str]]] = {
    "it lifts the instructions": [
        (
            r"\b(?:vergiss|vergessen sie|ignorier\w*|missacht\w*)\b[^.!?\n]{0,50}\b(?:anweisung|aufgabe|befehl"
            r"|regeln|alles|vorgabe)"
        ),
        r"\b(?:oublie[zr]?|ignore[zr]?)\b[^.!?\n]{0,50}\b(?:instructions?|consignes|règles|tout ce qui|directives)",
        r"\b(?:olvid[ae]\w*|ignor[ae]\w*)\b[^.!?\n]{0,50}\b(?:instrucciones|reglas|órdenes|todo lo)",
        r"\b(?:dimentica\w*|ignora\w*)\b[^.!?\n]{0,50}\b(?:istruzioni|regole|tutto ciò|indicazioni)",
        r"\b(?:negeer|vergeet)\b[^.!?\n]{0,50}\b(?:instructies|regels|opdrachten|alles|aanwijzingen)",
        (
            r"\b(?:ohne (?:jede )?einschränkung\w*|sans (?:aucune )?restrictions?|sin (?:ninguna )?restricci[oó]n\w*"
            r"|senza (?:alcuna )?restrizion\w*)\b"
        ),
    ],
    "it poses as the system": [
        (
            r"^\W{0,6}(?:system(?:hinweis|nachricht|meldung)|(?:note|message) (?:du )?syst[eè]me|(?:nota"
            r"|messaggio|mensaje) (?:del|di) sistema)\b"
        ),
        r"\b(?:neue anweisung\w*|nouvelles (?:instructions|consignes)|nuevas instrucciones|nuove istruzioni)\b\W{0,3}:",
    ],
    "it gives the model another role": [
        r"\b(?:du bist (?:jetzt|nun)|tu es (?:maintenant|désormais)|ahora eres|adesso sei|ora sei)\b",
        (
            r"\b(?:tu so als|fais semblant|fais comme si|finge|haz como si|fai finta|comportati come|agis comme"
            r"|actúa como|handle als)\b"
        ),
    ],
    "it asks for the prompt or for secrets": [
        (
            r"\b(?:r[eé]v[eè]le|montre|affiche|muestra|revela|mu[eé]strame|mostra|rivela|zeig\w*|verrat\w*|nenn\w*)\b"
            r"[^.!?\n]{0,40}\b(?:instructions|prompt|consignes|instrucciones|istruzioni|anweisungen|systemprompt"
            r"|passw\w+)\b"
        ),
    ],
    "it acts through tools": [
        (
            r"\b(?:envoie|envoyez|sende[nt]?|schick\w*|env[ií]a\w*|manda\w*|invia\w*|stuur)\b[^\n]{0,80}"
            r"(?:[\w.+-]+@[\w-]+\.|https?://)"
        ),
    ],
}
