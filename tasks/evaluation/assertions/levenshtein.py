"""levenshtein: how much of the text is kept, 1 - edits / length of the longer one; 0.8 and more passes unless said."""

from __future__ import annotations

from tasks.evaluation.answer import Answer

from .kind import Kind, Params, Result, graded, text


def judge(answer: Answer, params: Params) -> Result:
    found = answer.text_at(params.path)
    edits = distance(found, params.value)
    score = 1 - edits / max(len(found), len(params.value))
    return graded(score, params.threshold, f"{edits} edits from {params.value[:60]!r}")


def distance(left: str, right: str) -> int:
    """Insertions, deletions and substitutions from `left` to `right` (Wagner and Fischer 1974), two rows of memory."""
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        above, row = row, [i]
        for j, b in enumerate(right, start=1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b)))
    return row[-1]


KIND = Kind(judge, text, threshold=0.8)
