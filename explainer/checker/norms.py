"""Is it as expected, which drivers pushed, and is an event the one that was planned?"""

from __future__ import annotations

import re

from explainer.checker.changes import ALIKE
from explainer.checker.concepts import concepts_in
from explainer.checker.negation import negated
from explainer.checker.quantities import Known

_AS_NORMAL = re.compile(
    r"\b(?:in line with|on a par with|level with|the same as|equal to|no different from|within) (?:the |its |what |our |all )*(?:expect\w+|normal|usual|baseline|norm|was expected|had been expected)\b|\bback (?:to|at|on) (?:the |its |what )*(?:was |had been )?(?:expect\w+|normal|usual|baseline)|\bat the (?:expected|usual|normal|baseline) (?:level|cost|amount)\b|\bno (?:more|dearer|higher) than (?:(?:what )?it (?:should|usually|normally)|expected|usual|normal)\b|(?<!\d )(?<!times )(?<!half )(?<!not )(?:\b(?:about|roughly|around|nearly|almost|practically|exactly|just|pretty much) )?\b(?<!\d )(?<!times )(?<!half )as (?:much|little|dear|expensive) as (?:was |had been |it was |we |is |it is )?(?:expect\w*|usual|normal|planned|the (?:baseline|usual|normal|expected))|\bcosts? (?:about |roughly |just |exactly |more or less )*what (?:was|we|it|its|the|one|had been|would be) (?:\w+ ){0,2}?(?:expect\w*|should|usual\w*|normal\w*|says|gives|suggests)|\b(?:as expected|as usual|at its (?:usual|expected|normal)(?: cost| level)?)\b(?! (?:Q|to))"
)
_MANY_TIMES = re.compile(
    r"\b(?:many|several|multiple) times (?:over|(?:as|more|higher|dearer|above) |(?:the |its |what )*(?:was |had been )?(?:expect|usual|normal|baseline))"
)
_THAN_EXPECTED = re.compile(
    r"(?<!no )(?<!not )(?<!neither )\b(?:(?P<up>more|dearer|higher|costlier|more expensive|over|above|beyond)|less|cheaper|lower|under|below)(?: than)? (?:(?:was|had been|were|it|we|its|the|what|usually|normally|is|originally) ){0,3}(?:expect\w*|usual|normal|baseline|the norm)\b"
)
_ENOUGH = re.compile(
    r"\bexpect\w*\b[^,;.]{0,20}\b(?:was|were|proved|is|has been|had been)(?P<no> not)? (?:enough|sufficient)\b"
)


_WITHOUT = re.compile(r"\b(?:without|but for|if not for|had it not been for|were it not for)\b")
_OF_ELSE = re.compile(
    r"\b(?:excess|overspend|overshoot|if|had|would|should|could|not|never|last|longer|hours?|days?|budget|time|T\d|whether)\b"
)


_RATED = re.compile(
    r"(?:^|[,;(] )(?P<what>(?:[a-z-]+ ){1,4})[:=] (?:all |still |back )?(?:ok|okay|normal|fine|healthy|green|good|unaffected|stable|unchanged|nominal|quiet|clear|safe|as usual|as expected|on track|no change|within (?:limits?|budget|plan))(?= ?[.,;()]|$)"
)


def _rated_faults(text: str, known: Known) -> list[str]:
    """`other teams: normal`, `budget: ok`: what a label says of a thing needs a fact that says it of it."""
    told = _RATED.search(text)
    if told is None or re.search(r"\b(?:state|status|planned|announced)\b", told["what"]):
        return []
    forecast, budget = known.number("month_end_forecast"), known.number("budget")
    if "budget" in told["what"] and forecast is not None and budget is not None and forecast <= budget:
        return []
    return [f"{told[0].strip()}: no fact says so"]


def normal_faults(text: str, known: Known) -> list[str]:
    """What is told to be as expected has to be so; and what cost something did not cost nothing."""
    if rated := _rated_faults(text, known):
        return rated
    if (nothing := _NOTHING.search(text)) and known.number("cost_actual"):
        return [f"{nothing[0]}: it cost something"]
    excess, base = known.excess, known.base
    if excess is None or not base:
        return []
    if (even := _EVEN.search(text)) and abs(excess) > ALIKE * abs(base) and not negated(text, even.start()):
        return [f"{even[0]}: the cost is not as expected"]
    if (times := _MANY_TIMES.search(text)) and 1 + excess / base < 3:
        return [f"{times[0]}: the figures do not say so"]
    if enough := _ENOUGH.search(text):
        return [] if (excess <= 0) != bool(enough["no"]) else [f"{enough[0]}: the cost says otherwise"]
    usual = _AS_NORMAL.search(text)
    if (left_out := _WITHOUT.search(text)) and usual and "Q" not in text:
        gone = {c for _, _, c in concepts_in(text[left_out.end() :])}
        total = sum(v for c, v in known.by_driver.items() if c in gone)
        near = abs(excess - total) <= ALIKE * abs(base)
        return [] if near or negated(text, usual.start()) or not gone else [f"{left_out[0]}: more than this is above"]
    side = _THAN_EXPECTED.search(text)
    if (
        side
        and "Q" not in text
        and not _OF_ELSE.search(text)
        and not concepts_in(text)
        and not negated(text, side.start())
    ):
        return [] if (excess > 0) == bool(side["up"]) else [f"{side[0]}: the cost says otherwise"]
    told = None if re.search(r"^(?:had|if|were)\b|, (?:had|if|were)\b", text) else usual
    if told is None or negated(text, told.start()) or abs(excess) <= ALIKE * abs(base):
        return []
    if re.match(r" (?:would|should)\b", text[told.end() :]):
        return []
    if re.search(
        r"\b(?:as \w+|counts?|count|counted|regarded|taken|treated|considered|times|away|far|apart|off|differ\w*|depart\w*|yet|until|before|instead|rather|compared|relative|where|month|(?:would|should)(?: have been| be| have stayed)?) (?:\w+ )?$",
        text[: told.start()],
    ):
        return []
    if known.text("state") == "ended" and re.search(r"\bback\b|\breturn", text):
        return []
    return [f"{told[0]}: the cost is not as expected"]


_EVEN = re.compile(
    r"\bnet (?:effect|change|result|difference|impact) (?:(?:is|was|of|comes? to) )*(?:nil|zero|none|nothing|neutral|flat)\b|\b(?:cancel\w*|balanc\w+|even(?:s|ed)?) (?:each other |one another |itself |it all |everything )?out\b|\bbr[eo]a?k\w* even\b|\bnet(?:s|ted)? (?:out )?(?:to|at) (?:zero|nothing|nil)\b"
)
_NOTHING = re.compile(r"\bcosts? (?:us |them )?(?:nothing|zero)\b|\bfor free\b")
