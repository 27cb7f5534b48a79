"""What is told to have changed or to have stayed as it was, without a figure; and units that are told per what they are not."""

from __future__ import annotations

import re

from explainer.checker.concepts import concept_of, concepts_in
from explainer.checker.families import FALL, RISE
from explainer.checker.negation import negated
from explainer.checker.quantities import Known

_PER_PAIRS = {
    "token": {"request", "call", "answer", "response", "reply", "prompt"},
    "input": {"request", "call"},
    "output": {"request", "call", "answer", "response", "reply"},
    "request": {"run", "execution"},
    "call": {"run", "execution"},
    "run": {"hour", "day", "week", "user", "customer"},
}


def unit_faults(text: str, known: Known) -> list[str]:
    """Tokens are told per request, requests per run, and other things per what a fact tells them per."""
    faults = []
    own = [n.split("_per_") for n in known.by_name if "_per_" in n and not n.startswith(("cost", "growth", "driver"))]
    whats = {a.rpartition("_")[2].removesuffix("s"): {b.split("_")[0], "call"} for a, b in own}
    pairs = {**whats, **_PER_PAIRS}
    for match in re.finditer(
        rf"\b(?P<what>token|request|call|run|input|output|answer|prompt|{'|'.join(map(re.escape, whats)) or 'token'})s? (?:per|in each|for each) (?P<per>[a-z]+)",
        text,
    ):
        allowed = pairs.get(match["what"], {"request", "call"})
        if match["per"] not in allowed:
            faults.append(f"{match[0]}: no fact has this unit")
    return faults


ALIKE = 0.05
"""How far apart, relative to the first, two values may be that are told as unchanged."""
_STEADY = re.compile(
    rf"\b(?:stay|remain|h[eo]ld|hold|keep|kept|is|are|was|were|been|being)(?:s|ed|ing)? (?:\w+ )?(?:flat|stable|steady|unchanged|constant|level|the same)\b(?! (?:{RISE}|{FALL}|creep|trend|upward|downward))|"
    r"\b(?:did|has|have|does|do)(?: not|n't) (?:change|move|budge)d?\b|\b(?:hardly|barely) (?:changed|moved)\b|\bno change\b"
)

_UNIT_COST = re.compile(
    r"\b(?:each|every|one|a|the average) ?(?P<what>run|request|call|outcome)? (?:now |still )?costs? (?P<how>more|less|the same|as much)\b|(?P<up>rising|higher|growing|increased) cost (?:per|of a|of each) (?P<per>run|request|outcome)|(?P<down>falling|lower|decreased) cost (?:per|of a|of each) (?P<per2>run|request|outcome)"
)


def unit_cost_faults(text: str, known: Known) -> list[str]:
    """What a run, a request or an outcome costs, told as more, less or the same: as the facts before and after say."""
    told = _UNIT_COST.search(text)
    by_token = re.search(
        r"\b(?:(?P<up>dearer|pricier|costlier|more expensive)|cheaper|less expensive) (?:per|for each|for every|a) token\b",
        text,
    )
    if by_token and (known.drivers.get("price", 0.0) > 0) != bool(by_token["up"]):
        return [f"{by_token[0]}: no fact says so"]
    if told is None:
        return []
    what = told["what"] or told["per"] or told["per2"] or "run"
    stem = f"cost_per_{'request' if what == 'call' else what}"
    before, after = known.number(f"{stem}_before"), known.number(f"{stem}_after")
    if before is None or after is None:
        return [f"{told[0]}: no fact says so"]
    moved = 0 if abs(after - before) <= ALIKE * abs(before) else 1 if after > before else -1
    said = 1 if told["how"] == "more" or told["up"] else -1 if told["how"] == "less" or told["down"] else 0
    return [] if moved == said else [f"{told[0]}: the facts say otherwise"]


def steady_faults(text: str, known: Known) -> list[str]:
    """What is told to have stayed as it was needs a fact of before and after that says so."""
    steady = _STEADY.search(text)
    if (held := _HELD.search(text)) and any(_moved(concept, known) for concept in _spoken(text[: held.end()])):
        return [f"{held[0]}: no fact says so"]
    if steady is None:
        return []
    for name in known.by_name:
        before, after = known.number(name), known.number(name.removesuffix("_before") + "_after")
        if not name.endswith("_before") or before is None or after is None:
            continue
        told = name.removesuffix("_before").replace("_", " ")
        if abs(after - before) <= ALIKE * abs(before) and (told in text or concept_of(name) in _spoken(text)):
            return []
    if any(re.search(rf"\b{noun}", text) for noun in _stayed(known)):
        return []
    return [f"{steady[0]}: no fact says so"]


_HELD = re.compile(
    r"\b(?:held|holds?|stay\w*|remain\w*|stuck|kept|keeps?) (?:steady |firm |unchanged )?at (?:about |around )?Q\d+\b|\bQ\d+(?: \w+)? ,? (?:just |exactly |much |same )?as (?:before|ever|always)\b|\b(?:unchanged|steady|flat) at (?:about |around )?Q\d+"
)


def _moved(concept: str, known: Known) -> bool:
    """True where a fact has it before and after, and the two are apart."""
    for name in known.by_name:
        before, after = known.number(name), known.number(name.removesuffix("_before") + "_after")
        if name.endswith("_before") and concept_of(name) == concept and before is not None and after is not None:
            return abs(after - before) > ALIKE * abs(before)
    return False


_AS_BEFORE = re.compile(r"\b(?:as (?:many|much)|the same(?: number)?) as (?:before|usual|ever)\b|\bunchanged\b")
_MORE_OF = (
    r"\b(?:more|fewer|less|extra|additional) (?:\w+ )?(?:{noun})\w*\b(?! (?:than \w+ )?(?:team|model))|"
    r"\b(?:{noun})\w*\b[^;:.]{{0,40}}?\b(?:(?:is|are|was|were|went|has gone|have gone|has been|have been) (?:up|down|higher|lower|fewer|more)\b|"
    r"rose|risen|rising|gr[eo]w\w*|fell|fallen|falling|drop\w*|doubled|tripled|increas\w+|decreas\w+|declin\w+|climb\w*|shr[aiu]nk\w*|chang\w+|(?:more|fewer|less) than (?:before|usual|earlier|previously|last|expected|normal)|up(?: from)?(?= Q)|up(?= ?[.,]| from| by)|down(?= ?[.,]| from| by))"
)


def _stayed(known: Known) -> set[str]:
    """The stems of what a fact counts and tells to be as many as before."""
    told = [f for f in known.facts if f.kind == "amount" and _AS_BEFORE.search(f.text.lower())]
    return {f.name.rpartition("_")[2].rstrip("s") for f in told}


def count_faults(text: str, known: Known) -> list[str]:
    """What is told to be more or fewer than before, and a fact tells to be as many."""
    for noun in _stayed(known):
        told = re.search(_MORE_OF.format(noun=re.escape(noun)), text)
        if told and not negated(text, told.end()) and not re.search(rf"\bper (?:active )?{noun}", text):
            return [f"{told[0]}: a fact says that it did not change"]
    return []


def _spoken(text: str) -> set[str]:
    return {concept for _, _, concept in concepts_in(text)}
