"""Claims without a figure: directions, ranks, states, causes, promises and negations, against the facts."""

from __future__ import annotations

import itertools
import re

from explainer.checker.binding import Context
from explainer.checker.concepts import COST, concept_of, concepts_in
from explainer.checker.quantities import Known
from explainer.checker.scan import Sentence
from explainer.checker.times import times_of

__all__ = ["Context", "statement_faults"]

_UP = r"rose|risen|rises?|rising|up|increas\w+|grew|grown|grows?|growing|higher|climb\w+|jump\w*|dearer|above|surg\w+|spik\w+|doubl\w+|tripl\w+|quadrupl\w+|quintupl\w+|longer|larger|bigger|soar\w*|swell\w*|swollen|overspend|over-?spent|costlier|shot up|went up|more expensive|pricier|exceed\w*|excess|extra|steeper|ballooned|upward"
_DOWN = r"fell|fallen|falls?|falling|down|drop\w*|decreas\w+|lower|cheaper|declin\w+|shrank|shrunk|shrinks?|saved|saving|reduc\w+|shorter|halv\w+|dip\w*|below|less|fewer|smaller|decline|underspend|slump\w*|plung\w+|eased|sank|downward|savings"
_DIRECTION = re.compile(rf"\b(?:(?P<up>{_UP})|(?P<down>{_DOWN}))\b")
_TRANSITIVE_UP = re.compile(
    r"\b(?:added|adds?|adding|raised|raises?|pushed|pushes|increased the|contribut\w+|drove|drives?|driving|lifted|put)\b"
)
_TRANSITIVE_DOWN = re.compile(
    r"\b(?:lowered|lowers|saved|saves|reduced|reduces|offset\w*|dampened|cut|took (?:off|away)|brought down|held back|took)\b"
)
_COMPARES = re.compile(
    r"\b(?:more|less|fewer|over|under|above|below|up|down) (?:than|to)? ?(?:an? |the )?(?=Q\d)|no longer|up to|more or less|ups? and downs?|over time|above all|added up|add up|adds up|adding up|sums? up|made up|makes? up|set up|used up|sum up|follow(?:ed)? up|look up|pick(?:ed)? up|write-up|up in|as above|shown below|listed below|see below|break down|breaks down|broken down|breakdown|come down to|comes down to|down to|up to date|up and running|heads up|back up|back down|short of|on top"
)


def statement_faults(sentence: Sentence, known: Known, before: str | None) -> list[str]:
    """What a sentence claims in words and no fact backs."""
    text = sentence.text
    return [
        *_directions(text, known, before),
        *_ranks(text, known),
        *_budget(text, known),
        *_state(text, known),
        *_planned(text, known),
        *_reach(text, known),
        *_causes(sentence, known),
        *_promises(text, known),
        *_negations(text, known),
        *_roles(sentence, known),
        *_units(text),
        *_sequence(text, known),
    ]


_PER_PAIRS = {
    "token": {"request", "call"},
    "input": {"request", "call"},
    "output": {"request", "call"},
    "request": {"run", "execution"},
    "call": {"run", "execution"},
}


def _units(text: str) -> list[str]:
    """Tokens are told per request, requests per run."""
    faults = []
    for match in re.finditer(
        r"\b(?P<what>token|request|call|run|input|output|answer|prompt)s? (?:per|in each|for each) (?P<per>[a-z]+)",
        text,
    ):
        allowed = _PER_PAIRS.get(match["what"], {"request", "call"})
        if match["per"] not in allowed:
            faults.append(f"{match[0]}: no fact has this unit")
    return faults


_RELEASE_FIRST = re.compile(
    r"\b(?:release|live|deploy\w*|version|rolled out|shipped)\b.*\b(?P<order>before|after|ahead of|following) (?:the |it |this )?(?:start|began|started|spike|rise|incident|jump|increase|change|cost|spend)"
)
_START_FIRST = re.compile(
    r"\b(?:began|started|start|set in|rose|jumped)\b.*\b(?P<order>before|after|following) (?:the )?(?:release|deploy\w*|N\d+|version|it went live)"
)


def _sequence(text: str, known: Known) -> list[str]:
    """Whether the release came before the start."""
    times = dict(times_of(known))
    released, start = times.get("release_at"), times.get("started_at")
    if released is None or start is None:
        return []
    first, second = _RELEASE_FIRST.search(text), _START_FIRST.search(text)
    if first and (first["order"] in ("before", "ahead of")) != (released <= start):
        return ["the release and the start are in the wrong order"]
    if second and not first and (second["order"] == "before") != (start < released):
        return ["the start and the release are in the wrong order"]
    return []


def sign_of(concept: str, known: Known, *, driver: bool) -> float | None:
    """The direction in which a thing moved; None where no fact says. `driver` prefers its dollars to its units."""
    if concept == COST:
        return known.excess if known.excess is not None else known.number("excess_percent")
    dollars = {concept_of(f"driver_{n}"): v for n, v in known.drivers.items()}.get(concept)
    if concept.startswith("part:"):
        return next((v for n, v in known.parts.items() if concept_of(n) == concept), None)
    moved = [
        q.value
        for q in known.quantities
        if q.concept == concept
        and "change" in q.roles
        and q.unit in ("percent", "points", "count", "usd")
        and "excess" in q.roles
    ]
    if driver and dollars is not None:
        return dollars
    return moved[0] if moved else dollars


def _directions(text: str, known: Known, before: str | None) -> list[str]:
    faults = []
    hidden = _COMPARES.sub(lambda m: "_" * len(m[0]), text)
    spans = concepts_in(text)
    hidden = re.sub(
        r"\bwithout (?:the |this |any )?(?:excess|extra|overspend|rise|increase)", lambda m: "_" * len(m[0]), hidden
    )
    for match in _DIRECTION.finditer(hidden):
        if _skipped(text, match, known):
            continue
        up = bool(match["up"])
        if re.search(
            r"\b(?:not|no|without|never|isn't|wasn't|neither|nor|rather than|instead of|hardly|n't)(?: a| an| any| the| gone| go| going| got| get)? $",
            text[: match.start()],
        ):
            up = not up
        concept = _subject(text, match, spans, before)
        if concept in ("budget", "forecast"):
            continue
        sign = sign_of(concept, known, driver=False)
        if sign is None and concept != COST:
            sign = sign_of(COST, known, driver=False) if concept not in _MOVERS else None
            if sign is None:
                if known.excess is not None and concept in _MOVERS and not known.drivers.get(concept):
                    faults.append(f"{match[0]}: no fact says how {concept} moved")
                continue
        if sign is not None and (sign > 0) != up:
            faults.append(f"{match[0]}: {concept} went the other way")
    faults.extend(_transitive(hidden, known, spans))
    return faults


_MOVERS = {
    "volume",
    "requests",
    "requests_per_run",
    "input",
    "output",
    "cache",
    "price",
    "error",
    "untagged",
    "staging",
}


def _skipped(text: str, match: re.Match[str], known: Known) -> bool:
    """Words of direction that say nothing of a direction here."""
    right, left = text[match.end() :], text[: match.start()]
    if (
        match[0]
        in (
            "less",
            "fewer",
            "smaller",
            "lower",
            "below",
            "above",
            "larger",
            "bigger",
            "longer",
            "more",
            "extra",
            "shorter",
            "higher",
        )
        and re.match(
            r" (?:than|the|its|that|their) (?:that|those|the|its|budget|month|limit|planned|volume|requests|input|output|cache|price|model|driver|N\d)",
            right,
        )
        and not re.match(r" (?:than )?(?:the |its )?(?:expected|baseline|usual|normal)", right)
    ):
        return True
    if re.match(r" (?:than )?(?:the |its |a |this |that |month's |monthly )*(?:budget|plan\b|limit)", right):
        return True
    if match[0] == "longer" and re.match(
        r" (?:answers|prompts|outputs|inputs|completions|than planned|than|going)", right
    ):
        return True
    if match[0] in ("above", "below", "up", "down") and re.search(
        r"\b(?:the (?:chart|table)|shown|see|listed) $", left
    ):
        return True
    if (
        match[0] in ("spike", "jump", "rise", "increase", "growth", "surge", "excess", "extra", "overspend")
        and (known.excess or 0) < 0
    ):
        return False
    return bool(
        re.search(r"(?:cheaper|dearer|pricier|more expensive)$", match[0])
        and re.match(r" (?:model|one|version)", right)
    )


def _subject(text: str, match: re.Match[str], spans: list[tuple[int, int, str]], before: str | None) -> str:
    """What a direction is said of: the nearest thing before it in its clause, else the cost."""
    clause = max(
        text.rfind(c, 0, match.start())
        for c in (";", ":", "(", " , while ", " , whereas ", " , but ", " , and ", " while ", " but ", " as ")
    )
    cost = [
        m.start()
        for m in re.finditer(r"\b(?:cost|costs|spend|spending|bill|excess|N\d+)\b", text[: match.start()])
        if m.start() > clause
    ]
    # The words after "of the" name a whole, not the subject.
    cost = [c for c in cost if not re.search(r"\b(?:of|in|on|for|to|with|release|at) (?:the |its )?$", text[:c])]
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
    if cost:
        return COST
    adjective = [s for s in spans if re.fullmatch(r" (?:in |of |in the |the )?", text[match.end() : s[0]] or "x")]
    if adjective and match[0] not in ("up", "down", "above", "below", "excess"):
        return adjective[0][2]
    if re.match(r"(?:it|they|that|this)\b", text) and before:
        return COST
    return COST


def _transitive(text: str, known: Known, spans: list[tuple[int, int, str]]) -> list[str]:
    faults = []
    for pattern, up in ((_TRANSITIVE_UP, True), (_TRANSITIVE_DOWN, False)):
        for match in pattern.finditer(text):
            subject = [s for s in spans if s[1] <= match.start()]
            if not subject:
                continue
            told = [subject[-1][2]]
            if len(subject) > 1 and text[subject[-2][1] : subject[-1][0]] == " and ":
                told.append(subject[-2][2])
            for concept in told:
                sign = sign_of(concept, known, driver=True)
                if sign is not None and (sign > 0) != up and concept not in ("budget", "forecast"):
                    faults.append(f"{match[0]}: {concept} did the opposite")
    return faults


_TOP = re.compile(
    r"\b(?:largest|biggest|main|chief|leading|top|most|mostly|mainly|chiefly|primarily|above all|foremost|greatest|strongest|key|principal|dominant|dominates?|first place|ranks first|comes first|heaviest|first)\b"
)
_NO_MORE = re.compile(
    r"\bno (?:other )?(?:single )?driver (?:weighs?|counts?|matters?|accounts? for|adds?|contributes?|is)(?: \w+)? ?(?:more|larger|bigger|as much|heavier)\b|\bnothing (?:else )?(?:weighs|counts|adds) more\b"
)
_SECOND = re.compile(
    r"\b(?:comes?|came|ranks?|is|in|takes?|the) (?:the )?(?:second|next)\b|\bsecond[- ](?:largest|biggest|place)\b|\brunner-up\b|\bnext (?:largest|biggest|is|comes?)\b"
)
_LAST = re.compile(r"\b(?:smallest|least|last|minor)\b")
_RECORD = re.compile(
    r"\b(?:ever|record|unprecedented|all-time|highest|worst|never before|on record|historic\w*|first time|lowest|since records|busiest|of the (?:year|month|quarter|week))\b"
)


def _ranks(text: str, known: Known) -> list[str]:
    if _RECORD.search(text) and not _RECORD.search(known.texts):
        return [f"{_RECORD.search(text)[0]}: no fact compares with all others"]  # type: ignore[index]
    text = re.sub(
        r"\bmost (?:likely|probably|of)\b|\bat (?:most|least)\b|\bfirst (?:used|seen|use)\b|\bsecond-largest\b",
        lambda m: "second" if "second" in m[0] else "",
        text,
    )
    drivers = {concept_of(f"driver_{n}"): v for n, v in known.drivers.items()}
    parts = {concept_of(n): v for n, v in known.parts.items()}
    spans = [s for s in concepts_in(text) if s[2] in drivers]
    faults: list[str] = []
    if not spans or not drivers:
        del parts
        return faults
    total = known.excess or 0.0
    order = sorted(drivers, key=lambda c: -drivers[c] * (1 if total >= 0 else -1))
    for pattern, place in ((_SECOND, 1), (_NO_MORE, 0), (_TOP, 0), (_LAST, -1)):
        for match in pattern.finditer(text):
            if place == 0 and pattern is _TOP and _SECOND.search(text):
                continue
            told = _nearest(spans, match.start())
            if len(order) <= max(place, 0) or order[place] != told:
                faults.append(f"{match[0]}: {told} does not rank so")
    faults.extend(_versus(text, drivers))
    return faults


def _nearest(spans: list[tuple[int, int, str]], at: int) -> str:
    return min(spans, key=lambda s: min(abs(s[1] - at), abs(s[0] - at)))[2]


def _versus(text: str, drivers: dict[str, float]) -> list[str]:
    """`requests per run more than volume`: the first has to weigh more."""
    found = concepts_in(text)
    sizes = [abs(drivers[c]) for _, _, c in found if c in drivers]
    if re.search(
        r"\b(?:descending|decreasing) order|\bfrom (?:the )?(?:largest|biggest) to|\bin order of (?:size|weight)|\border of",
        text,
    ) and sizes != sorted(sizes, reverse=True):
        return ["the drivers are told in the wrong order"]
    for first, second in itertools.pairwise(found):
        between = text[first[1] : second[0]]
        more = re.search(
            r"\b(?:more|larger|bigger|ahead|rather) (?:than|of)\b|\boutweigh\w*|\bexceed\w*|\bdwarf\w*|\btop(?:s|ped)\b|\bthen\b|\bfollowed by\b|\bbefore\b|\bahead of\b",
            between,
        )
        less = re.search(r"\b(?:less|smaller|behind)\b", between)
        if (
            not (more or less)
            or first[2] not in drivers
            or second[2] not in drivers
            or ("Q" in between and not re.search(r"than|ahead|followed|then", between))
        ):
            continue
        if (abs(drivers[first[2]]) > abs(drivers[second[2]])) != bool(more):
            return [f"{first[2]} and {second[2]} are in the wrong order"]
    return []


_WITHIN = re.compile(
    r"\b(?:within|below|under|inside|less than|short of|beneath|lower than|stays? within|keeps? (?:to|within)|fits?(?: in| within)?|not (?:exceed|break|reach)\w*|room (?:left )?in|well within|safe)\b(?: \w+){0,4} ?\b(?:the |its |a )?(?:month's |monthly |team's |monthly )?budget\b|\bbudget (?:of Q\d+ )?(?:holds|will hold|is not|is safe|is enough|suffices|covers|is kept|has room)\b"
)
_BEYOND = re.compile(
    r"\b(?:above|over|exceed\w*|beyond|more than|past|break\w*|breach\w*|bust\w*|overshoot\w*|higher than|outrun\w*|overrun\w*|blow\w* through|burst\w*|blown)\b(?: \w+){0,4} ?\b(?:the |its |a )?(?:month's |monthly )?budget\b|\bbudget (?:of Q\d+ )?(?:breaks?|will break|is exceeded|will be exceeded|is broken|is used up|runs out|is blown|would be exceeded|is overrun|is breached|will be breached)\b|\bover-?budget\b"
)


def _budget(text: str, known: Known) -> list[str]:
    if (
        re.search(r"\b(?:budget|forecast)", text)
        and re.search(r"\b(?:year|quarter|week|day)(?:ly|'s)?\b(?!-)", re.sub(r"\bof the (?:day|week)\b", "", text))
        and "year" not in known.texts
    ):
        return ["budget and forecast are a month's"]
    if "budget" not in text:
        return []
    forecast, actual, budget = known.number("month_end_forecast"), known.number("cost_actual"), known.number("budget")
    within, beyond = _WITHIN.search(text), _BEYOND.search(text)
    if within and beyond:
        beyond = None if "not" in within[0] else beyond
    if not (within or beyond):
        return []
    if budget is None:
        return ["the facts have no budget"]
    told = forecast if forecast is not None else actual
    if told is None:
        return ["no fact can be held against the budget"]
    over = told > budget
    negated = bool(
        re.search(
            r"\b(?:not|no|n't|without)\b", text[max(0, (within or beyond).start() - 12) : (within or beyond).start()]
        )
    )  # type: ignore[union-attr]
    said_over = (beyond is not None) != negated
    return [] if said_over == over else ["it is on the other side of the budget"]


_ONGOING = re.compile(
    r"\b(?:still|ongoing|continues|continuing|under way|underway|not (?:yet )?(?:ended|over|stopped|finished|returned|come back|gone back|back)|has yet to|yet to (?:end|return)|so far|keeps? (?:going|on)|goes on|persists?|is (?:running|going)|hasn't|has been going on|has been running|has not|continue|remains (?:open|elevated|high|above)|no end)\b"
)
_ENDED = re.compile(
    r"\b(?:(?:has|had|is|it|was|have|which|then|and|now|since) (?:now |since |already )?(?:ended|over|finished|stopped|resolved|closed|past|concluded)|ended|is over|back (?:to|at) (?:normal|its|the)|(?:has|have) (?:now |since )?(?:returned|gone back|recovered|normalised|normalized|settled|subsided)|returned to|no longer (?:going|running|ongoing)|came to an end|it ran from|finished|(?<!has )(?<!have )lasted|is done|recovered|normalised|normalized|went back to|over now|stopped)\b"
)


def _state(text: str, known: Known) -> list[str]:
    state = known.text("state")
    if state not in ("ongoing", "ended"):
        if known.by_name.get("ended_at"):
            state = "ended"
        else:
            return []
    plain = re.sub(r"\b(?:if it|if this|should it|were it to|if nothing) [^,]*", " ", text)
    plain = re.sub(
        r"\b(?:due|planned|scheduled|expected|supposed|meant|forecast|set|projected) to (?:have )?end\w*|\bmonth\w* (?:is |will |should )?[^.]*\bend\w*\b",
        " ",
        plain,
    )
    ongoing, ended = _ONGOING.search(plain), _ENDED.search(plain)
    if ongoing and ended:
        ended = (
            None
            if re.search(r"\b(?:not|n't|yet to|yet)\b", plain[max(0, ended.start() - 14) : ended.end()])
            or ongoing.start() <= ended.start() < ongoing.end()
            else ended
        )
    if ended and re.search(r"\b(?:not|n't|never|yet)\b[^,]{0,12}$", plain[: ended.start()]):
        return [] if state == "ongoing" else ["it has ended"]
    if ongoing and re.search(r"\b(?:no longer|not) $", plain[: ongoing.start()]) and not ongoing[0].startswith("not"):
        return [] if state == "ended" else ["it is still going on"]
    if (
        ongoing
        and not ended
        and state == "ended"
        and not re.search(r"\b(?:planned|batch|announced)\b.*\bended\b", plain)
    ):
        return [f"{ongoing[0]}: it has ended"]
    if ended and not ongoing and state == "ongoing":
        return [f"{ended[0]}: it is still going on"]
    return []


_UNPLANNED = re.compile(
    r"\b(?:unannounced|unplanned|not (?:been )?(?:announced|planned)|nobody (?:had )?announced|no one (?:had )?announced|without (?:an )?(?:announcement|notice|warning)|never announced|wasn't announced|was not announced|unscheduled|out of the blue|no announcement|surprise)\b"
)
_PLANNED = re.compile(
    r"\b(?:announced|planned|scheduled|as planned|expected event|pre-announced|in advance|beforehand|foreseen|known in advance|intended|deliberate|on purpose)\b"
)


def _planned(text: str, known: Known) -> list[str]:
    unplanned = _UNPLANNED.search(text)
    planned = None if unplanned else _PLANNED.search(text)
    state = known.text("planned")
    backed = (
        state in ("planned", "announced")
        or bool(known.by_name.get("planned_until"))
        or "was announced" in known.texts.replace("was not announced", "")
    )
    if unplanned and not (
        state in ("unannounced", "unplanned") or "unannounced" in known.texts or "not announced" in known.texts
    ):
        return [f"{unplanned[0]}: no fact says so"]
    if planned and not backed and not (planned[0] == "planned" and "planned" in known.texts):
        return [f"{planned[0]}: no fact says so"]
    return []


_EVERY = re.compile(
    r"\b(?:every (?:team|feature|model|region|scope|workflow)|all (?:teams|features|models|the teams)|everywhere|across the board|across all|company-wide|companywide|whole company|throughout|everyone|everybody|organisation-wide|no single)\b"
)
_ONLY = re.compile(
    r"\b(?:only|alone|solely|exclusively|entirely|nothing else|no other|nobody else|purely|wholly|single-handedly|all of (?:it|the)|the whole of|completely|fully|nowhere else|none of|exact same|always|never)\b"
)


def _reach(text: str, known: Known) -> list[str]:
    every = _EVERY.search(text)
    if every and not (
        "every" in known.texts
        or "everywhere" in known.texts
        or "whole company" in known.texts
        or "all there are" in known.texts
    ):
        return [f"{every[0]}: no fact says so"]
    only = _ONLY.search(
        re.sub(
            r"\bnot only\b|\b(?:correlation|coincidence|timing) only\b|\bonly (?:a )?(?:coincidence|correlation|in time)\b|\bno other driver\b|\bonly (?:about |roughly |just )?[QDT]\d",
            "",
            text,
        )
    )
    if only and only[0] not in known.texts:
        shares = [v for n, v in ((n, known.number(n)) for n in known.by_name if n.endswith("_share")) if v is not None]
        if not any(v > 99.5 for v in shares):
            return [f"{only[0]}: no fact rules out all else"]
    if re.search(r"\b(?:one|a single) team\b", text) and "every" in known.texts:
        return ["all teams are concerned"]
    return []


_CAUSE_KEYS: tuple[tuple[str, str], ...] = (
    ("retry_storm", r"retr(?:y|ies|ied|ying)(?: storm| loop)?s?"),
    ("agent_loop", r"(?:agent |runaway |endless |infinite )?loop(?:s|ing|ed)?|runaway agents?|agents? (?:in a )?loop\w*"),
    ("cache_regression", r"(?:lost|broken|missing|failing|worse|less|stopped) (?:prompt )?cach\w+|cache (?:regression|misses|loss|breakage)|prompt caching|cach(?:e|ing)"),
    ("output_growth", r"longer (?:answers|outputs?|completions|responses|replies)|(?:answers|outputs?) (?:got|getting|becoming) longer|output (?:growth|length)|wordier answers"),
    ("prompt_growth", r"(?:longer|larger|bigger) (?:prompts?|inputs?|contexts?)|prompt growth|prompts? (?:got|getting) longer|input growth"),
    ("model_switch", r"(?:a )?(?:model switch|(?:switch|move|shift|moved|switched|migration) to (?:a |the )?(?:dearer|pricier|more expensive|larger|another|different|costlier|N\d+)(?: model)?)|dearer model|model change|change of model"),
    ("version_upgrade", r"(?:new|newer) (?:model )?(?:version|snapshot)|version (?:upgrade|change)|upgrade|snapshot"),
    ("price_change", r"(?:price|list price|pricing|tariff)(?: (?:change|increase|rise|hike|cut))?s?|higher (?:list )?prices?|provider's prices?|rate change"),
    ("traffic_surge", r"(?:more|higher|extra|surge in|rise in|rising|increased|growing) (?:traffic|volume|runs|demand|use|usage)|traffic(?: surge| spike)?|surge|demand|more use everywhere|usage growth"),
    ("planned_batch", r"(?:planned |announced |scheduled )?batch(?: job| run)?|re-?index\w*|backfill|nightly job|cron(?:job)?"),
    ("batch_overrun", r"overrun\w*|overran|ran (?:on )?past|past its (?:planned )?end"),
    ("feature_launch", r"(?:feature |product )?launch(?:ed|es)?|new feature|roll-?out"),
    ("outage_drop", r"outages?|downtime|unavailab\w+|provider (?:incident|failure|trouble)|fell over|crash(?:ed|es)?"),
    ("slow_growth", r"slow (?:growth|creep)|creeping growth|steady growth|gradual growth|slowly growing prompts?"),
    ("untagged_growth", r"(?:lost|missing|dropped) (?:their )?tags?|untagged (?:requests|spend)|tags? (?:lost|missing)|tagging"),
    ("staging_leak", r"staging(?: environment| leak| traffic| load)?|load tests?|test (?:traffic|environment|load)"),
    ("credit", r"credits?(?: (?:ended|expired|expiry))?|discounts?|promotion|free tier"),
    ("pool_change", r"(?:new |changed |different )?(?:split|allocation|key) of (?:the )?(?:shared )?pool|re-?allocation|pool split"),
    ("tag_move", r"renam(?:e|ed|ing)|reorganisation|reorg"),
    ("data_fault", r"data (?:fault|error|gap|problem)|double[- ]count\w*|duplicate (?:data|rows)|late data|measurement error|billing (?:error|mistake|bug)|glitch"),
    ("other", r"bugs?|misconfigur\w+|attack\w*|abuse|abusive|bots?|scraper\w*|scraping|campaign\w*|marketing|holidays?|weekends?|season\w*|black friday|new customers?|customers?|experiments?|a/b tests?|developers?|engineers?|someone|somebody|human error|mistakes?|intern|leaked|stolen|fraud(?:ulent)?|hackers?|ddos|memory leak|typo|configuration|config|setting|vendor|supplier|weather|press|news|sale|promo|spam|crawl\w*|feature flag|flag|exchange rate|currency|tax|inflation|competitor\w*|end of (?:the )?quarter|quarter-end|conference|audit|timeouts?|rate limits?|throttl\w+|regression|database|network|infrastructure|hardware|capacity|migration|test suite|ci|pipeline"),
)  # fmt: skip
_CAUSE_WORD = re.compile("|".join(rf"(?P<k{i}>\b(?:{p})(?![\w-]))" for i, (_, p) in enumerate(_CAUSE_KEYS)))
_RELATED = {
    "cause:prompt_growth": {"slow_growth"},
    "cause:slow_growth": {"prompt_growth", "slow_growth"},
    "cause:batch_overrun": {"planned_batch", "batch_overrun"},
    "cause:everywhere": {"traffic_surge"},
    "cause:unannounced_launch": {"feature_launch"},
    "cause:pool": {"pool_change"},
    "cause:untagged_growth": {"untagged_growth"},
}
_MARKER = re.compile(
    r"\b(?:because(?: of)?|due to|caused?|causes|causing|as a (?:direct )?(?:result|consequence)(?: of)?|result(?:s|ed|ing)? (?:of|from|in)|owing to|thanks to|"
    r"triggered|trigger|led to|leads to|brought (?:about|on)|reasons?|responsible|blame|blamed|culprit|explains?|explained|explanation|proves?|proven|proof|"
    r"root cause|stems?(?: from)?|stemming|behind|attributable|attributed|traced|traces back|down to|made (?:it|spend|the cost)|the work of|courtesy of|after all|hence|therefore|thus|consequently|that is why|which is why|so that is|origin|source of|driven by|fuelled by|fueled by|provoked|sparked|produced by|set off|at fault|to do with|comes? (?:down to|from)|came from|coming from|lies? (?:in|with|behind)|from)\b"
)
_ACCOUNTING = re.compile(
    r"^(?:comes? (?:down to|from)|came from|coming from|from|driven by|explains?|explained|attributable|attributed|stems?(?: from)?|due to|because(?: of)?|down to|traced|thanks to|owing to|result(?:s|ed|ing)? (?:of|from)|behind|lies? (?:in|with|behind)|source of|caused?|reasons?)$"
)
_SURE = re.compile(
    r"\b(?:certain(?:ly)?|definite(?:ly)?|proven|proves?|proof|confirmed|without (?:a |any )?doubt|no doubt|undoubtedly|clearly|obviously|sure(?:ly)?|established|beyond doubt|guarantee\w*|unquestionabl\w+|evidently|is known to be|known cause|verified|demonstrabl\w+|of course|conclusive\w*|must (?:be|have)|the fact that|undeniabl\w+|doubtless|plainly|indisputabl\w+|nothing but|categorically|for certain|shown to be|showed|shows that|has been shown|is shown|we know|turned out)\b"
)
_HEDGE = re.compile(
    r"\b(?:likely|probabl[ey]|suspected|suspect|appears?|seems?|apparently|presumably|points? to|pointing to|suggests?|looks? like|looks to be|best explanation|candidate|indicat\w+|in all likelihood|most plausible|plausibl[ey]|assumed|we think|we believe|believed|chances are|consistent with|as far as|by all appearances|the signs)\b"
)
_MAYBE = re.compile(
    r"\b(?:may|might|could|possibl[ey]|perhaps|whether|unclear|not (?:shown|proven|known|certain|clear|established|confirmed|been shown|yet)|unproven|unconfirmed|coincid\w+|open|unknown|can(?:not| not)|no (?:proof|evidence)|not necessarily|does not (?:show|prove|mean)|doesn't|isn't|remains to be|nobody|does not|not|neither|question|maybe|nothing (?:shows|proves))\b"
)


def _supported_causes(known: Known) -> set[str]:
    """Cause keys that the facts name, as a cause or as a thing that is there."""
    supported: set[str] = set()
    if known.by_name.get("planned_until") or known.by_name.get("overrun_hours"):
        supported |= {"planned_batch", "batch_overrun"}
    if known.by_name.get("launched_at"):
        supported.add("feature_launch")
    if known.by_name.get("version_to"):
        supported.add("version_upgrade")
    if known.by_name.get("model_to"):
        supported.add("model_switch")
    for fact in known.by_name.get("cause", ()):
        supported.add(str(fact.value))
        supported |= _RELATED.get(f"cause:{fact.value}", set())
    # What the other facts' sentences speak of may be spoken of.
    return supported | {_CAUSE_KEYS[int((m.lastgroup or "k0")[1:])][0] for m in _CAUSE_WORD.finditer(_trusted(known))}


def _trusted(known: Known) -> str:
    skipped = {"team", "feature"}
    return " ".join(
        f.text
        for f in known.facts
        if f.name not in skipped and f.name not in ("release_title", "event_title", "title", "note")
    ).lower()


def _causes(sentence: Sentence, known: Known) -> list[str]:
    text = sentence.text
    faults = []
    supported = _supported_causes(known)
    stated = [(m, _CAUSE_KEYS[int((m.lastgroup or "k0")[1:])][0]) for m in _CAUSE_WORD.finditer(text)]
    drivers = {concept_of(f"driver_{n}"): v for n, v in known.drivers.items()}
    for match, key in stated:
        measured = {q.concept for q in known.quantities}
        if (
            key in supported
            or _is_driver(match[0], drivers)
            or match[0] in known.texts
            or (key != "other" and any(c in measured for _, _, c in concepts_in(match[0])))
        ):
            continue
        faults.append(f"{match[0]}: no fact speaks of it")
    marker = next(iter(_markers(text)), None)
    if marker is None:
        if _SURE.search(text) and not re.search(
            r"\bnot (?:shown|proven|certain|confirmed|clear|sure|known|established)|\b(?:whether|nothing|no proof|not been shown)\b",
            text,
        ):
            faults.append(f"{_SURE.search(text)[0]}: surer than the facts")  # type: ignore[index]
        return faults
    return faults + _marked_cause(text, marker, stated, drivers, known)


def _is_driver(phrase: str, drivers: dict[str, float]) -> bool:
    return any(c in drivers for _, _, c in concepts_in(phrase))


def _markers(text: str) -> list[re.Match[str]]:
    """Words that claim a cause; `from` only where it is no span, no move and no way up."""
    found = []
    for match in _MARKER.finditer(text):
        if match[0] == "from" and re.match(
            r" (?:the |an? |its )?(?:[QTDN]\d|usual|expected|what|normal|baseline)", text[match.end() :]
        ):
            continue
        if match[0] == "from" and not re.search(r"Q\d|comes?|came", text[: match.start()]):
            continue
        if (
            match[0] == "behind"
            and re.match(r" (?:volume|requests|it\b|the (?:expected|budget))", text[match.end() :])
            and "Q" not in text[: match.start()]
        ):
            continue
        if match[0] == "due to" and re.match(r" (?:end|finish|stop|be|have|run|last|close)\b", text[match.end() :]):
            continue
        if match[0] == "down to" and re.match(r" Q", text[match.end() :]):
            continue
        found.append(match)
    return found


def _marked_cause(
    text: str, marker: re.Match[str], stated: list[tuple[re.Match[str], str]], drivers: dict[str, float], known: Known
) -> list[str]:
    maybe, hedge = _MAYBE.search(text), _HEDGE.search(text)
    sure = _SURE.search(
        re.sub(r"\bnot (?:\w+ )?(?:shown|proven|certain|confirmed|clear|sure|known|established)", " ", text)
    )
    if sure and not (maybe and re.search(r"whether|no proof", text)):
        return [f"{sure[0]}: surer than the facts"]
    cause = known.by_name.get("cause", ())
    coincidences = {str(f.value).lower() for f in known.facts if f.kind == "coincidence"}
    names = [n for n in re.findall(r"\bN\d+\b", text)]
    about_release = bool(re.search(r"\b(?:release|deploy\w*|rollout|version|launch)\b", text)) and bool(names)
    keys = {key for _, key in stated}
    told_cause = any(
        str(f.value) in keys or _RELATED.get(f"cause:{f.value}", set()) & keys or _phrase_in(f.text, text)
        for f in cause
    )
    if about_release and coincidences and not told_cause:
        if maybe:
            return []
        spoken = [c for _, _, c in concepts_in(text)]
        if (
            _ACCOUNTING.match(marker[0])
            and "Q" in text
            and any(c in drivers for c in spoken)
            and not re.search(
                r"(?:because of|due to|caused by|from|by|thanks to|owing to) (?:the )?(?:new )?(?:release|deploy)", text
            )
        ):
            return []
        return ["a release or event that coincides is told as the cause"]
    if told_cause:
        hedged = bool(hedge or maybe) or not re.search(
            r"likely|may|probabl|possib|suspect", " ".join(f.text for f in cause).lower()
        )
        accounting = "Q" in text and _ACCOUNTING.match(marker[0]) and any(c in drivers for _, _, c in concepts_in(text))
        return [] if hedged or accounting else ["the cause is told as certain, its fact is not"]
    if (
        cause
        and re.search(
            r"^(?:caused?|causes|causing|responsible|blamed?|culprit|root cause|at fault|triggered|trigger)$", marker[0]
        )
        and not maybe
    ):
        return ["no fact names this cause"]
    if (
        maybe
        and re.search(r"\b(?:the|its|a|no|what the) cause\b|\bcauses?\b|\breason\b|\bwhy\b|\bcaused\b", text)
        and not keys - _supported_causes(known)
    ):
        return [] if not stated or not hedge else ["no fact names this cause"]
    spoken = [c for _, _, c in concepts_in(text)]
    backed = [c for c in spoken if c in drivers and (known.excess is None or drivers[c] * known.excess > 0)]
    parts = {concept_of(n) for n in known.parts}
    if (
        _ACCOUNTING.match(marker[0])
        and (backed or parts)
        and not (cause and re.search(r"\bthe (?:likely |probable )?cause\b", text))
    ):
        return []
    if (
        _ACCOUNTING.match(marker[0]) and any(c in ("staging", "untagged", "share_of_pool", "error") for c in spoken)
    ) or re.search(r"\bbaseline\b", text):
        return []
    if marker[0] in ("from", "comes from", "come from", "came from", "coming from") and "N" in text:
        return []
    return [f"{marker[0]}: no fact names this cause"]


def _phrase_in(fact_text: str, text: str) -> bool:
    """True where the sentence holds the cause as its fact words it."""
    phrase = re.sub(
        r"^the (?:most )?(?:likely |probable |suspected )?cause (?:is|was|may be|might be) (?:an? )?|\.$",
        "",
        fact_text.lower().strip(),
    )
    return bool(phrase) and phrase.strip(" .") in text


_PROMISE = re.compile(
    r"\b(?:will|won't|shall|'ll|going to|guarantee\w*|promis\w+|soon|shortly(?! (?:before|after|ahead|prior))|tomorrow|next (?:week|month|day|few|invoice|morning|monday|tuesday|wednesday|thursday|friday)|refund\w*|reimburs\w+|compensat\w+|"
    r"fixed|fix|fixes|fixing|roll(?:ed|ing|s)? back|rollback|revert\w*|patch\w*|mitigat\w+|contacted|notified|informed|told|alerted|working on|works on|investigat\w+|look(?:s|ed|ing)? into|"
    r"on it|assigned|escalat\w+|approved|paused|capped|blocked|switched off|turned off|shut (?:off|down)|disabled|apologi\w+|sorry|no action|nothing (?:to do|needs|more|is needed|has to)|ignore\w*|no need|"
    r"safe(?:ly)?|don't worry|no cause for|under control|false alarm|harmless|credited|handled|taken care|dealt with|resolved by|a ticket|has been (?:asked|opened|filed|raised)|agreed|confirmed by|according to|asked|says?|said|reported by|"
    r"acknowledged|meeting|call with|in touch|follow(?:ed|ing)? up|steps have been|measures|tuned|throttled|rate-limited|permanent\w*|temporary|temporarily|back to normal (?:by|within|in)|expected to (?:return|fall|drop|end|go)|should (?:be back|return|fall|settle|be over|be gone|drop)|"
    r"automatically|recover|would be (?:back|over)|savings? of|pay(?:s)? (?:off|back)|charged back|invoice|waived|free|in good hands|sorted|closed|ready|rest assured|reassur\w+|intend\w*|decided|agreed|ordered by|chose|chosen|deliberate\w*|better|worse|improv\w+|worsen\w*|faulty|broken|buggy|plans? to|aims? to|commit\w+)\b"
)
_ADVICE = re.compile(
    r"\b(?:should|ought to|must|need to|needs to|have to|has to|recommend\w*|suggest (?:to|that|you|we)|please|advis\w+|consider|we propose|next steps?|it is best|had better|make sure|be sure to|required|immediately|urgent\w*|asap|right away)\b|"
    r"^(?:- |\* |• |\d+ \. )?(?:check|look|compare|revert|roll|disable|enable|set|ask|contact|reduce|increase|switch|move|turn|limit|cap|stop|pause|cancel|restart|see|talk|raise|lower|trim|review|inspect|tell|notify|delete|remove|add|call|open|click|visit|read|do|put|update|announce|route|mark|ignore|approve)\b"
)


_ACTION = re.compile(
    r"\b(?:team|teams|they|we|engineers?|developers?|owners?|somebody|someone|people|provider|support) (?:has|have|had|is|are|was|were) "
    r"(?:already |now |since |just |been |also )*(?P<verb>(?!not\b)\w+(?:ed|ing|en|nt|ut|ld))\b"
)
_SPENDING = {
    "spent", "overspent", "underspent", "seen", "expected", "running", "spending", "paying", "affected", "concerned", "carried", "used", "charged",
    "called", "overspending", "exceeded", "going", "named", "involved", "listed", "risen", "grown", "owned", "hit", "different", "carrying",
}  # fmt: skip


def _promises(text: str, known: Known) -> list[str]:
    forecast = known.by_name.get("month_end_forecast")
    for match in _PROMISE.finditer(text):
        word = match[0]
        if (
            word in ("will", "going to", "shall", "'ll")
            and forecast
            and re.search(r"\b(?:month|forecast|budget|pace|rate|goes on|continues)\b", text)
        ):
            continue
        if word in ("told", "says", "say", "said", "free", "ready", "open") and word in known.texts:
            continue
        if word in known.texts or (word == "invoice" and "invoice" in known.texts):
            continue
        return [f"{word}: no fact promises or reports this"]
    action = _ACTION.search(text)
    if action and action["verb"] not in _SPENDING and action["verb"] not in known.texts:
        return [f"{action[0]}: no fact says what people did"]
    advice = _ADVICE.search(text)
    if advice and re.search(r"\b(?:than|what) (?:it|they|this|that|\w+) should$", text[: advice.end()]):
        advice = None
    if advice and not (advice[0] in ("see", "read", "open", "visit") and known.by_name.get("incident_page")):
        if advice[0] == "should" and re.search(r"should (?:have ended|end)", text):
            return []
        return [f"{advice[0]}: no fact says what to do here"]
    return []


_NEGATION = re.compile(
    r"\b(?:not|n't|never|neither|nor|isn't|wasn't|hasn't|didn't|doesn't|don't|aren't|weren't|cannot|can't|without|none|nothing|nobody|hardly|barely|no)\b"
)
_NEGATION_FINE = re.compile(
    r"\bnot (?:yet )?(?:been )?(?:shown|proven|known|certain|clear|established|confirmed|announced|planned|sure|necessarily|to say|only|quite|ended|over|stopped|finished|returned|come back|gone back|back|up|down)\b|"
    r"\bnot,|\bnot the (?:Q|usual|expected)|\bno (?:other )?(?:single )?driver\b|\bno (?:team |owner )?tags?\b|\bno single\b|\bno proof\b|\b(?:may|might) or (?:may|might) not\b|\bno longer\b|\bnobody (?:had )?announced\b|\bno one announced\b|\bwithout (?:an )?(?:announcement|notice|warning|a |any |team |owner )?|"
    r"\bnot (?:up|down|rose|fell|higher|lower|a rise|a fall|an increase|a drop)\b|\bnothing (?:else )?weighs more\b|\bno end\b|\bnot just\b|\bhas not\b|\bhasn't\b|\b(?:wasn't|was not) announced\b|\bno named\b|\bdoes not (?:show|prove|mean)\b|\bcannot be (?:said|shown)\b|\bnothing shows\b|\bnone of the\b|\bno (?:announcement|known)\b|\bisn't shown\b|\bnot by\b|\bis not (?:a )?proof\b|\bno scope\b|\bnothing (?:proves|stands)\b"
)


def _negations(text: str, known: Known) -> list[str]:
    plain = _NEGATION_FINE.sub(" ", text)
    match = _NEGATION.search(plain)
    if match is None or (
        re.search(rf"\b{re.escape(match[0])}\b", known.texts) and re.search(r"everywhere|spread|tag", text)
    ):
        return []
    return [f"{match[0]}: no fact denies this"]


_ROLE_NOUNS = {
    "team": ("team",),
    "feature": ("feature",),
    "model": ("model", "model_from", "model_to", "models"),
    "workflow": ("workflow",),
    "release": ("release",),
    "pool": ("pool",),
    "environment": ("environment",),
    "provider": ("provider",),
    "region": ("region",),
    "version": ("version", "version_from", "version_to", "release"),
}


def _roles(sentence: Sentence, known: Known) -> list[str]:
    """A name beside `team`, `model` and the like has to be one; moves go from the old to the new."""
    faults = []
    text = sentence.text
    kinds = _kinds(known)
    for i, name in enumerate(sentence.names):
        mine = kinds.get(name, set())
        at = re.search(rf"\bN{i}\b", text)
        if at is None or not mine:
            continue
        left, right = text[: at.start()], text[at.end() :]
        noun = re.search(
            r"\b(team|feature|model|workflow|release|pool|environment|provider|region|version)(?: is| was| :|,| called| named)? $",
            left,
        )
        after = re.match(r"^ (team|feature|model|workflow|release|pool|environment|provider|region)\b(?! mix)", right)
        being = re.match(
            r"^ (?:is|was) the (?:owning |new |old )?(team|feature|model|workflow|release|pool|environment|provider|region)\b",
            right,
        )
        for word in (noun, after, being):
            if (
                word
                and not mine & set(_ROLE_NOUNS[word[1]])
                and not any(n.endswith(word[1]) or n.startswith(word[1]) for n in mine)
            ):
                faults.append(f"{name} is no {word[1]}")
        faults.extend(_moves(name, mine, left, right))
    return faults


def _moves(name: str, mine: set[str], left: str, right: str) -> list[str]:
    if re.search(r"\b(?:owned by|owner (?:is|:)|owner :|belongs to|bill to|budget of) $", left) and not mine & {
        "team",
        "teams",
        "owner",
    }:
        return [f"{name} is not the owner"]
    things = {
        "model",
        "models",
        "model_from",
        "model_to",
        "workflow",
        "release",
        "environment",
        "version_from",
        "version_to",
        "pool",
    }
    if (re.match(r"^ (?:'s bill for|spent|paid|owns?)\b", right) and mine <= things) or (
        re.match(r"^ (?:'s bill for|owns?)\b", right) and mine <= {"feature"}
    ):
        return [f"{name} is no team"]
    if re.search(r"(?:'s bill for|\bspent (?:\w+ )?Q\d+ on|\bpaid Q\d+ for) $", left) and mine <= {"team"}:
        return [f"{name} is the team, not what it spent on"]
    if re.search(r"\b(?:away from|from|instead of|rather than|replaced) $", left) and mine <= {
        "model_to",
        "version_to",
    }:
        return [f"{name} is where it went to"]
    if (
        re.search(r"\breplaced by $", left)
        and mine <= {"model_from", "version_from"}
        or re.match(r"^ (?:was|were|has been) replaced", right)
        and mine <= {"model_to", "version_to"}
    ):
        return [f"{name} is on the wrong side of the change"]
    if (
        re.search(r"\btook over from $", left)
        and mine <= {"model_to", "version_to"}
        or re.match(r"^ (?:took|takes|has taken) over\b", right)
        and mine <= {"model_from", "version_from"}
    ):
        return [f"{name} is on the wrong side of the change"]
    if re.search(r"\b(?:to|towards?|onto|now on) $", left) and mine <= {"model_from", "version_from"}:
        return [f"{name} is where it came from"]
    return []


def _kinds(known: Known) -> dict[str, set[str]]:
    """The fact names under which each name appears."""
    kinds: dict[str, set[str]] = {}
    for fact in known.facts:
        values = fact.value if isinstance(fact.value, tuple | list) else (fact.value,)
        for value in values:
            if isinstance(value, str):
                kinds.setdefault(value.lower(), set()).add(fact.name)
        if ":" in fact.name:
            dimension = fact.name.split(":", 1)[0].rsplit("_", 1)[-1]
            kinds.setdefault(fact.name.split(":", 1)[1].lower(), set()).add(dimension)
    return kinds
