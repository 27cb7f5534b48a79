"""What is a word of direction said of?"""

from __future__ import annotations

import re

from explainer.checker.concepts import COST

_BRINGS = re.compile(
    r"\b(?:brought|brings?|pushed|pushes|drove|drives?|took|takes|held|holds|kept|keeps?|sent|dragged|pulled|pulls) (?:the |its |this )?(?:\w+ )?(?:cost|costs|bill|spend|excess|it|things|total|rise) $"
)


_THROUGH = re.compile(
    r"(?: of Q\d+ (?:came|comes|stems|stemmed|resulted|results|arose))? (?:through|by|thanks to|due to|because of|with|from|via|on) (?:the |its |better |more |a )*"
)
MOVES = {
    "rise", "increase", "jump", "drop", "fall", "excess", "surge", "overspend", "decrease", "growth", "spike",
    "extra",
}  # fmt: skip


_ADJECTIVES = {
    "shorter", "longer", "fewer", "lower", "higher", "larger", "smaller", "bigger", "extra", "less", "dearer",
    "cheaper",
}  # fmt: skip


def subject_of_direction(text: str, match: re.Match[str], spans: list[tuple[int, int, str]], before: str | None) -> str:
    """What a direction is said of: the nearest thing before it in its clause, else the cost."""
    if match[0] in MOVES and re.search(
        r"\b(?:the|this|that|its)(?: whole| entire| total| sudden| steep)? $", text[: match.start()]
    ):
        within = [s for s in spans if re.fullmatch(r" (?:in|of) (?:the |its |this )?", text[match.end() : s[0]])]
        return within[0][2] if within else COST
    if match[0].startswith("sav") and (how := _THROUGH.match(text[match.end() :])):
        doers = [s for s in spans if s[0] == match.end() + how.end()]
        if doers:
            return doers[0][2]
    if match[0] in ("up", "down") and (verb := _BRINGS.search(text[: match.start()])):
        doers = [s for s in spans if s[1] <= verb.start()]
        if doers:
            return doers[-1][2]
    if aside := re.search(r" (?:, )?(?:which|that) (?:has |had |have |alone |itself )?$", text[: match.start()]):
        told = [s for s in spans if s[1] == aside.start()]
        if told:
            return told[0][2]
    if match[0] in _ADJECTIVES:
        beside = [s for s in spans if s[0] == match.start() or text[match.end() : s[0]] == " "]
        if beside:
            return beside[0][2]
    clause = max(
        text.rfind(c, 0, match.start())
        for c in (";", ":", "(", " , while ", " , whereas ", " , but ", " , and ", " while ", " but ", " as ")
    )
    cost = [
        m.start()
        for m in re.finditer(r"\b(?:cost|costs|spend|spending|bill|excess|N\d+)\b", text[: match.start()])
        if m.start() > clause
        and not any((s[0] == m.start() and s[2].startswith("part:")) or s[0] < m.start() <= s[1] + 1 for s in spans)
    ]
    # The words after "of the" name a whole, not the subject.
    cost = [
        c for c in cost if not re.search(r"\b(?:of|in|on|for|to|with|release|at) (?:the |its )?(?:\w+ )?$", text[:c])
    ]
    inside = [
        s
        for s in spans
        if clause < s[0] < match.start()
        and not re.search(
            r"(?<!share )(?<!number )(?<!rate )(?<!length )(?<!cost )(?<!price )\b(?:from|of|by|with|to) (?:the |more )?$",
            text[: s[0]],
        )
    ]
    if inside and (not cost or inside[-1][0] > cost[-1]):
        return inside[-1][2]
    if not cost and re.fullmatch(
        r"[:(] (?:[~,] |now |about |around )*Q\d+ [,(]* ?", text[max(clause, 0) : match.start()]
    ):
        named = [s for s in spans if s[1] <= clause]
        if named:
            return named[-1][2]
    if cost:
        return COST
    adjective = [s for s in spans if re.fullmatch(r" (?:in |of |in the |the )?", text[match.end() : s[0]] or "x")]
    if adjective and match[0] not in ("up", "down", "above", "below", "excess"):
        return adjective[0][2]
    if re.match(r"(?:it|they|that|this)\b", text) and before:
        return COST
    return COST
