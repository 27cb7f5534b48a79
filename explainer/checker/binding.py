"""Is a figure backed? It must show a known value, of the thing and in the role that the words around it give it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from explainer.checker.concepts import COST, concept_of, concepts_in
from explainer.checker.figures import QUALIFIER, Figure
from explainer.checker.quantities import Known, Quantity
from explainer.checker.scan import Sentence

_QUALIFIER = re.compile(rf"(?<![\w-]){QUALIFIER}(?:an? )?$")
_BOUND = re.compile(r"[;()\[\]—–]")
_EXPECTED = r"expected|expectation|expectations|usual|usually|normal|normally|typical|typically|baseline|should have cost|before|previously|earlier|beforehand|prior|used to|ordinarily|anticipated|was|were"
_BEFORE_LEFT = re.compile(
    r"\b(?:expected|expectations? of|usual|usually|normal|normally|typical|typically|baseline(?: of| is| was|,)?|instead of|"
    r"rather than|against|versus|vs\.?|compared (?:with|to)|in place of|previously|used to be|used to|would have cost|would be|would have been|formerly|"
    r"before it was|than the|than|as against|where|not the|once|before)\b"
)
_BEFORE_RIGHT = re.compile(
    r"^ ?(?:(?:tokens?|requests?|calls?|runs?|tokens? per request|requests per run|of \w+|was|were|is|had been|would be|that was|would have been|one would|a request|per run|per request|in|the|it)\b ?){0,4}"
    r"(?:expected|expects?|before\b(?! (?:the|it))|previously|earlier|beforehand|normally|usually|usual|normal|typical|prior|anticipated|baseline|at baseline)"
)
_AFTER_LEFT = re.compile(
    r"\b(?:now|saw(?! the (?:larg|bigg|small|great|major|lesser))|reached|reaching|currently|today|actual(?:ly)?|spent|instead it cost|came to|comes to|came in at|stands at|got|paid|costs|is running at|ran up|really)\b"
)
_AFTER_RIGHT = re.compile(
    r"^ ?(?:(?:tokens?|requests?|calls?|runs?|of \w+|per run|per request|a request)\b ?){0,3}(?:now\b|today\b|at present|instead of|rather than|against|versus|vs\b|compared|where|during|after\b|actually|actual\b|since\b|in the incident)"
)
_SET_AGAINST = re.compile(
    r"^ ?,? (?:rather than|instead of|against|versus|vs|as against|compared (?:with|to)|in place of) (?:the |an? |some |about |usual |expected )*Q"
)
_EXCESS_RIGHT = re.compile(
    r"^ ?(?:\(? ?)?(?:(?:tokens?|requests?|calls?|runs?) )?(?:more|above|over|extra|higher|less|below|under|lower|too much|additional|dearer|cheaper|on top|in excess|"
    r"of (?:extra|additional|excess|added)|fewer|beyond|up\b|down\b|increase|rise|jump|drop|fall|decrease|overspend|overrun|difference|excess\b|saved|"
    r"worse|greater|past|beneath)"
)
_EXCESS_LEFT = re.compile(
    r"\b(?:excess(?: is| was| of| comes to|stands at|now stands at|reached|so far|so far is|:|,)?|(?<!make )(?<!makes )(?<!made )(?<!making )(?<!add )(?<!adds )up|down|by|extra|rise of|increase of|rise|increase|difference(?: of| is)?|additional|jump(?:ed)?(?: of)?|added|adds|"
    r"overspend(?: of| is)?|drop(?:ped)?(?: of)?|fell|rose|grew|decrease(?:d)?(?: of)?|saved|saving|gap(?: of| is)?|overshoot(?: of)?|surplus|shortfall|increased|climbed|fall of|impact(?: of| is| so far)?|higher|lower|(?:extra|additional|added|excess) (?:cost|costs|spend|spending|bill|money|outlay)(?: of| is| was| :)?)(?: an?| the| some)?(?: whole)?$"
)
_TOTAL_LEFT = re.compile(
    r"(?<!instead )(?<!excess )(?<!rise )(?<!increase )(?<!jump )(?<!drop )(?<!fall )(?<!difference )(?<!cost )(?<!costs )(?<!budget )(?<!forecast )(?<!bill )(?<!total )(?<!spend )(?<!baseline )(?<!level )(?<!place )(?<!ahead )\b(?:of|out of)(?: the| its| a| that| this| all| total)*(?: whole| full| total)?(?: of)?$"
)
_SUM = re.compile(
    r"\b(?:together|in all|in total|altogether|sum(?:s|ming)?(?: to| up to)?|adds? up to|adding up to|combined|total(?:ling|s)?|makes?(?! up))\b"
)
_OF_EXCESS = re.compile(
    r"^ (?:total )?(?:excess|difference|rise|increase|jump|overspend|change|drop|fall|decrease|extra)\b"
)
_RIGHT_UP = re.compile(
    r"^ ?(?:more|higher|above|over|extra|dearer|costlier|too much|in excess|longer|up\b(?! to)|(?:rise|increase|jump|surge|overspend)\b)"
)
_RIGHT_DOWN = re.compile(
    r"^ ?(?:less|lower|below|under|cheaper|fewer|shorter|down\b(?! to)|(?:drop|fall|decrease|decline|saving|reduction)\b)"
)
_REST = re.compile(
    r"\b(?:rest|remaining|remainder|others?|left|remains?|everything else|headroom|spare|room|unspent)\b"
)
_TAKES_REST = re.compile(
    r"\b(?:explains?|explained|accounts? for|accounted for|makes? up|made up|adds?|added|is|was|brings?|brought)(?: for)? (?:the |a )?"
    r"(?:remaining|rest|remainder|other)(?: of| ,)?$|\bN\d+ (?:for |with )?the (?:remaining|rest|remainder|other)(?: of| ,)?$"
)
_OF = re.compile(
    r"^ ?(?:share |part )?of (?:(?:the|its|this|that|all|total|whole|their|a|an|normal|whole|entire|team|month's|N\d+ 's|N\d+) )*(?P<what>[a-z'-]+)(?: (?P<next>[a-z'-]+))?"
)
_OF_START = re.compile(r"^(?:and )?of (?:the|its|this|that) (?P<what>[a-z'-]+)(?: (?P<next>[a-z'-]+))?[^Q]*$")
_OF_WORDS = {
    **dict.fromkeys(
        ("excess", "rise", "increase", "difference", "jump", "growth", "extra", "overspend", "change", "drop", "fall", "decrease", "spike", "surge", "gap", "additional", "decline", "climb", "delta", "reduction", "saving", "uplift"),
        "excess",
    ),
    **dict.fromkeys(("budget", "budgets", "allowance"), "budget"),
    **dict.fromkeys(("requests", "calls", "traffic"), "requests"),
    **dict.fromkeys(("pool",), "pool"),
    **dict.fromkeys(("cost", "costs", "spend", "spending", "bill", "money", "feature's"), "cost"),
    **dict.fromkeys(("expected", "baseline", "normal", "usual", "what"), "expected"),
}  # fmt: skip
_RIGHT_LINK = re.compile(
    r"^ ?(?:tokens? |calls? |requests? )?(?:of (?:the|its|this|that) [\w']+(?: (?!and\b|or\b|but\b|while\b)[\w']+)? )?"
    r"(?:(?:, (?=that|which))?(?:(?:that |which |and )?(?:comes?|came|coming|stems?|stemmed|stemming|is|are|was|were|goes|went|falls?|sits?|lies|due|because|thanks|owing|results?|resulted|resulting|down|caused|explained|driven|accounted|attributable|traced|of it|mostly|mainly|directly|now|served|read|taken|drawn|handled|processed|billed|can be|can|be|put|has to do|traces back|arises?|back|alone) )+"
    r"(?:(?:from|by|to|is|are|was|were|in|for|through|on|of|due to|because of|with) )?|(?:(?:from|by|to|in|for|through|on|of|due to|because of|with) )?)(?:the |more |higher |additional |extra |plain |run |an? )*$"
)
_WHOLE = re.compile(
    r"^ (?:or so )?of (?:the|its|that|this|a total of)? ?(?:about |around |roughly |some )?Q\d+(?: or so| in all| in total)?(?: (?:excess|rise|increase|difference|overspend|extra))?|^ ?\( [^()]* \)|(?<=of that) \( [^()]* \)"
)
_SHARE_OF = re.compile(r"^ of (?:the |all |its |their )*$")
_SHARED_BY = re.compile(r"^ of (?:the |all |its |their )*[a-z ]{3,24}?(?= (?:are|is|was|were|come|comes|came|now)\b)")
_NOUN = re.compile(
    r"^[ -]?(?:more |fewer |extra |additional |failed |input |output |model |of |affected )*(?P<noun>tokens?|requests?|calls?|runs?|executions?|teams?|models?|features?|drivers?|effects?|factors?|contributors?|components?|releases?|users?|customers?|errors?|hours?|days?|retries|workflows?|regions?|providers?|environments?|"
    r"words?|characters?|pages?|messages?|lines?|bytes?|files?|documents?|tickets?|sessions?|conversations?|emails?|invoices?|orders?|jobs?|agents?|people|seats?|licen[cs]es?|machines?|servers?|gpus?)\b"
)
_PER = re.compile(
    r"^[ -]?(?:(?:tokens?|requests?|calls?|runs?|of|input|output|more|extra|in|usd) ){0,3}(?:per|an?|each|every|for each|for every|in each)[ -](?P<per>request|call|run|execution|hour|day|week|month|year|user|token|team|second|minute|customer)\b"
)
_PER_LEFT = re.compile(r"\b(?:per|each|every|an?|average)[ -](?P<per>request|call|run|execution)\b")
_NOUN_UNITS = {
    "token": {"tokens", "tokens_per_request"},
    "request": {"requests", "requests_per_run"},
    "call": {"requests", "requests_per_run"},
    "run": {"runs"},
    "execution": {"runs"},
}


@dataclass(frozen=True, slots=True)
class Context:
    """What the words around a figure say of it."""

    figure: Figure
    left: str
    right: str
    concept: str | None
    role: str
    of: str
    noun: str
    per: str
    sentence: str
    words: frozenset[str]
    concepts: frozenset[str]
    undone: bool
    """Told as it would be without something."""


def figure_faults(sentence: Sentence, known: Known, before: str | None) -> tuple[list[str], str | None]:
    """What is wrong with the figures of a sentence, and what it was about (for the sentence after it)."""
    faults: list[str] = []
    spans = _concepts(sentence, known)
    about = spans[0][2] if spans else before
    for index in range(len(sentence.figures)):
        context = _context(sentence, index, spans, before, known)
        if context is None:
            continue
        if context.figure.unit == "foreign":
            faults.append(f"{context.figure.shown} is in a currency that no fact has")
            continue
        shown = [q for q in known.quantities if _shows(context, q)]
        if not shown:
            faults.append(f"{context.figure.shown}: no fact has this value")
        elif not any(_suits(context, q, known) for q in shown):
            faults.append(f"{context.figure.shown}: the value belongs to something else than these words say")
    return faults, about


def _concepts(sentence: Sentence, known: Known) -> list[tuple[int, int, str]]:
    spans = concepts_in(sentence.text)
    parts = {name.split(":", 1)[1].lower() for name in known.parts}
    for i, name in enumerate(sentence.names):
        if name in parts:
            concept = f"part:{name}"
        elif said := [c for start, end, c in concepts_in(name) if (start, end) == (0, len(name))]:
            concept = said[0]
        else:
            continue
        at = re.search(rf"\bN{i}\b", sentence.text)
        if at:
            spans.append((at.start(), at.end(), concept))
    return sorted(spans)


def _context(
    sentence: Sentence, index: int, spans: Sequence[tuple[int, int, str]], before: str | None, known: Known
) -> Context | None:
    text = sentence.text
    at = re.search(rf"\bQ{index}\b", text)
    if at is None:
        return None
    figure = sentence.figures[index]
    if figure.unit == "count" and text[: at.start()].rstrip().endswith(("factor of", "factor of about")):
        figure = replace(figure, unit="ratio")
    left_all, right_all = text[: at.start()], text[at.end() :]
    left = _label(re.split(r"\bQ\d+\b", _BOUND.split(left_all)[-1])[-1].rstrip())
    right = re.split(r"\bQ\d+\b", _BOUND.split(right_all)[0])[0]
    qualifier = _QUALIFIER.search(left + " ")
    if qualifier and not re.search(r"(?:went|going|moved|rose|grew|came|climbed) up to ?$", left):
        figure = figure.qualified(qualifier["qual"].strip())
        left = left[: qualifier.start()].rstrip()
    per = _per(sentence, right_all, left)
    if not per and (
        first := re.search(
            r"Q(\d+) (?:usd )?(?P<span>(?:per|an?|each|every) \w+|D\d+)(?: [\w,]+){0,2} (?:rather than|instead of|against|versus|vs|up from|down from)(?: (?:some|about|the|usual|around|roughly))*$",
            text[: at.start()].rstrip(),
        )
    ):
        per = _per(sentence, f" {first['span']}", "")
    role = _role(left, right, left_all, right_all, figure)
    if per and figure.unit == "usd" and (first := _APPOSED.search(left_all)):
        first_left, first_right = left_all[: first.start()], left_all[first.end() - len(first["rest"]) :]
        role = _role(re.split(r"\bQ\d+\b", first_left)[-1].rstrip(), first_right, first_left, first_right, figure)
    noun = _NOUN.match(right)
    of = _OF.match(right)
    of_word = (of["what"], of["next"]) if of else None
    named = re.match(r"^ ?of (?:the |its )?(?:pool )?N(\d+)\b(?! 's)", right)
    if of_word is None and (start := _OF_START.match(left)):
        of_word = (start["what"], start["next"])
    return Context(
        figure,
        left,
        right,
        _concept(text, at, spans, before),
        role,
        next((_OF_WORDS[w] for w in of_word if w in _OF_WORDS), "")
        if of_word and figure.unit == "percent"
        else _whole_of(named, sentence, known)
        if named and figure.unit == "percent"
        else "",
        _counted(noun["noun"]) if noun else "",
        per,
        text,
        frozenset(re.findall(r"[a-z][a-z'-]+", text)) | frozenset(sentence.names),
        frozenset(c for _, _, c in spans) or frozenset({before} if before and _UNDONE.search(text) else ()),
        bool(_UNDONE.search(text)) and not re.match(r"^ (?:more|greater|less|lower|higher|smaller|larger)\b", right),
    )


def _whole_of(named: re.Match[str], sentence: Sentence, known: Known) -> str:
    """What `of ptu-east` is a share of: the pool where it is one."""
    return "pool" if sentence.names[int(named[1])] == (known.text("pool") or "").lower() else ""


def _counted(noun: str) -> str:
    """The noun in the singular; effects and factors are drivers."""
    single = noun.removesuffix("s")
    return "driver" if single in ("effect", "factor", "contributor", "component") else single.replace("retrie", "retry")


def _label(left: str) -> str:
    """What stands left of a figure after a colon; the few words before the colon where nothing else does."""
    before, colon, after = left.rpartition(":")
    if not colon or after.strip():
        return after if colon else left
    return f"{before.rstrip()}" if len(before.split()) <= 3 else ""


def _per(sentence: Sentence, right: str, left: str) -> str:
    found = _PER.match(right)
    if found:
        return {"call": "request", "execution": "run"}.get(found["per"], found["per"])
    span = re.match(r"^ (?:(?:more|extra|higher|less) )?(?:per |each |every |a )?D(\d+)\b", right)
    if span:
        duration = sentence.durations[int(span[1])]
        if duration.bare and duration.hours in (1.0, 24.0, 168.0, 730.0):
            return {1.0: "hour", 24.0: "day", 168.0: "week", 730.0: "month"}[duration.hours]
    if re.match(r"^ (?:daily|a day)", right):
        return "day"
    each = re.search(
        r"\beach (?:one )?(?:of them )?(?:now |still |then )*(?:costs?|costing)(?: about| around| some| roughly)?$",
        left,
    )
    if (each or re.match(r"^ (?:each|apiece|per piece)\b", right)) and (
        counted := re.findall(r"Q\d+ (run|request|call)s?\b", sentence.text)
    ):
        return str({"call": "request"}.get(counted[-1], counted[-1]))
    near = f"{left[-34:]} | {right[:10]}"
    if told := re.search(r"\b(hour|dai|week|month|annual|year)ly\b(?! (?:budget|forecast))|\bannual\b", near):
        return "day" if told[1] == "dai" else str(told[1] or "annual")
    return ""


def _concept(text: str, at: re.Match[str], spans: Sequence[tuple[int, int, str]], before: str | None) -> str | None:
    """What a figure is about: the phrase right after it where they are linked, else the nearest one before it."""
    earlier = [s for s in spans if s[1] <= at.start()]
    later = [s for s in spans if s[0] >= at.end()]
    apposed = text[: at.start()].rstrip().endswith(",") and text[at.end() :].startswith(" ,")
    for position, (start, end, concept) in enumerate(later):
        if text[at.end() : start] == " ( " and text[end:].startswith(" )"):
            return concept
        # What a share is of, and the whole that is told beside a part, are not what the figure is about.
        between = re.sub(r"^ ?\)", "", _WHOLE.sub("", text[at.end() : start]))
        between = between.removeprefix(" ,") if apposed else between
        if "Q" in between:
            break
        if position + 1 < len(later) and _SHARE_OF.match(between) and "Q" not in text[start : later[position + 1][0]]:
            continue
        if _RIGHT_LINK.match(_SHARED_BY.sub("", between) if position else between):
            return concept
    if earlier:
        return earlier[-1][2]
    if spans and not re.match(r"(?:the |its )?(?:cost|spend|bill|[A-Z]\d)", text):
        near = [s for s in later if "Q" not in text[at.end() : s[0]] and "," not in text[at.end() : s[0]]]
        if len(near) > 1 and _SHARE_OF.match(text[at.end() : near[0][0]]):
            return near[1][2]
        return near[0][2] if near else None
    return before if re.match(r"(?:it|they|that|this|which)\b", text) else None


def _role(left: str, right: str, left_all: str, right_all: str, figure: Figure) -> str:
    """before, after, excess, total, sum or rest; empty where the words leave it open."""
    if _TOTAL_LEFT.search(left) and figure.unit == "usd":
        return "total"
    if _SUM.search(left[-24:]) and figure.unit in ("usd", "percent") and "Q" in left_all:
        return "sum"
    if re.match(r"^ ?(?:now|today|at present|currently)\b", right):
        return "after"
    if re.search(r"\bfrom(?: the usual| an expected| a usual)?$", left):
        return "before"
    if re.search(r"\bto(?: just| around)?$", left) and re.search(r"\bfrom\b.* Q\d+[^Q]*$", left_all):
        return "after"
    if _EXCESS_RIGHT.match(right) and not re.match(r"^ (?:up|down) from", right):
        return "excess"
    if re.match(r"^ (?:up|down) from", right):
        return "after"
    if _BEFORE_RIGHT.match(right):
        return "before"
    near = left[-34:]
    if _SET_AGAINST.match(right_all) and not _EXCESS_LEFT.search(left):
        return "after"
    if _EXCESS_LEFT.search(left) and not re.search(r"expected$", left):
        return "excess"
    marks = [(m.start(), "before") for m in _BEFORE_LEFT.finditer(near)] + [
        (m.start(), "after") for m in _AFTER_LEFT.finditer(near)
    ]
    if re.search(
        r"(?<!of )\b(?:the|an|its) (?:excess|overspend|difference|gap) (?:now )?(?:stands at|reached|comes to|came to|amounts to|amounted to)$",
        left,
    ):
        return "excess"
    if marks:
        return max(marks)[1]
    if _AFTER_RIGHT.match(right):
        return "after"
    clause = next((c for c in re.split(r"[,;]", f"{left} Q {right}") if "Q" in c), "")
    if figure.unit in ("percent", "count"):
        now = re.search(r"\b(?:now|today|currently|at present)\b", clause)
        then = re.search(r"\b(?:previously|earlier|beforehand|formerly|before(?! (?:the|it|that)))\b", clause)
        if bool(now) != bool(then):
            return "after" if now else "before"
    if re.match(
        r"^ ?,? ?(?:\( ?(?:before|previously|was|usually|normally|up from|from)|instead of|rather than|against|versus|vs\b|compared (?:with|to)|where Q|\( ?expected)",
        right_all,
    ):
        return "after"
    if re.search(r"(?:\bcost|\bbill (?:is|was)|\bspend (?:is|was))$", left) and figure.unit == "usd":
        return "after"
    return ""


def _shows(context: Context, quantity: Quantity) -> bool:
    """True where the figure shows this value, in its unit."""
    figure, unit = context.figure, context.figure.unit
    if unit != quantity.unit or not figure.fits(quantity.value):
        return False
    if figure.worded and unit == "ratio" and figure.value < 1 and "inverse" in quantity.roles:
        return False
    if figure.sign and figure.sign * quantity.value < 0:
        return False
    if (
        unit in ("usd", "percent", "points")
        and quantity.roles & {"change", "excess"}
        and not quantity.roles & {"part", "any", "share"}
    ) and (
        (_RIGHT_UP.match(context.right) and quantity.value < 0)
        or (_RIGHT_DOWN.match(context.right) and quantity.value > 0)
    ):
        return False
    nouns = _NOUN_UNITS.get(context.noun)
    if unit == "count":
        if nouns is not None:
            return quantity.noun in nouns
        if context.noun:
            return (
                context.noun in quantity.noun
                or context.noun in quantity.concept
                or context.noun in quantity.also
                or f"{context.noun}s" in quantity.also
            )
    return True


def _suits(context: Context, quantity: Quantity, known: Known) -> bool:
    return (
        _suits_concept(context, quantity, known)
        and _suits_role(context, quantity, known)
        and _suits_span(context, quantity)
        and _suits_names(context, quantity, known)
    )


_WHOLES = ("share_of_pool", "staging")
_OWN_MONEY = {"share_of_pool": {"pool_cost"}, "staging": {"cost_staging"}}
_NARROWED = r"\b(?:cost|costs|spend|spending|bill|money) (?:on |for |in |from )?{}"


def _said(context: Context, concept: str) -> str:
    """The words by which the left of a figure names a concept."""
    return next((context.left[s:e] for s, e, c in reversed(concepts_in(context.left)) if c == concept), "\0")


def _suits_span(context: Context, quantity: Quantity) -> bool:
    """Per what, and a share of what."""
    per = context.per or ""
    if quantity.per in ("week", "day", "hour") or per in (
        "week",
        "day",
        "hour",
        "month",
        "year",
        "user",
        "second",
        "minute",
        "team",
        "customer",
        "annual",
    ):
        return per == quantity.per
    if per in ("request", "run") and quantity.unit in ("count",) and quantity.per and per != quantity.per:
        return False
    if per and not quantity.per and quantity.unit == "count" and "change" not in quantity.roles:
        return False
    if "explicit" in quantity.roles:
        return context.of == quantity.of
    return (
        not (context.of and quantity.of)
        or context.of == quantity.of
        or ({context.of, quantity.of} == {"expected", "cost"} and "ratio" in quantity.roles)
    )


def _suits_concept(context: Context, quantity: Quantity, known: Known) -> bool:
    concept = context.concept
    sure = bool(re.match(r"^ ?(?:sure|certain|confident|likely|confidence|probab\w+|chance)\b", context.right))
    if sure or "confidence" in quantity.also:
        told = sure or bool(
            re.search(r"\b(?:confiden\w+|sure\w*|certain\w*|probability|likelihood|chance)\b", context.left)
        )
        return told and "confidence" in quantity.also
    if context.undone and context.concepts:
        return any(f"without:{c}" in quantity.also for c in context.concepts) and quantity.unit in ("usd", "percent")
    if (
        concept == "requests"
        and quantity.concept == "volume"
        and quantity.unit == "usd"
        and "requests_per_run" not in known.drivers
    ):
        return True
    if concept == "volume" and quantity.concept == "requests" and not any(q.noun == "runs" for q in known.quantities):
        return True
    if quantity.unit == "usd" and context.per in ("run", "request") and quantity.concept == f"cost_per_{context.per}":
        return True
    if (
        quantity.concept == COST
        and concept in _WHOLES
        and _OWN_MONEY[concept] <= known.by_name.keys()
        and not re.search(r"\b(?:of|total|all)\b", context.left[-12:])
    ):
        return False
    if (
        quantity.concept == COST
        and concept is not None
        and concept != COST
        and re.search(_NARROWED.format(re.escape(_said(context, concept))), context.left)
    ):
        return False
    rest = _REST.search(context.left + " | " + re.split(r",| and | but | while | where ", context.right)[0])
    if "rest" in quantity.roles:
        if concept is not None and f"without:{concept}" in quantity.also and _TAKES_REST.search(context.left):
            return False
        return bool(rest) and (quantity.concept != "budget" or "budget" in context.concepts)
    if "sum" in quantity.roles:
        vague = context.figure.worded and context.figure.high - context.figure.low > 20
        if vague and not re.search(r"\b(?:and|both|together|combined)\b", context.sentence):
            return False
        return quantity.also <= context.concepts or quantity.also == context.concepts
    if context.role in ("total", "sum") and "total" in quantity.roles:
        return True
    if quantity.per == "week" and context.per == "week":
        return concept in (None, COST, quantity.concept)
    if context.noun and quantity.noun == f"{context.noun}s" and "count" in quantity.roles:
        return True
    if concept is None:
        return (
            (quantity.concept == COST and not _generic(quantity))
            or bool(_own(quantity) & context.words)
            or (quantity.unit == "count" and not context.concepts)
        )
    if concept == quantity.concept or (concept in quantity.also and quantity.concept in ("budget", "sum")):
        return True
    if (
        quantity.concept == COST
        and context.role in ("before", "after", "total")
        and quantity.unit == "usd"
        and concept not in ("budget", "forecast")
    ):
        return quantity.roles & {"before", "after", "total"} != frozenset() and not re.search(
            r"\b(?:accounts?|added|adds|contribut\w+)\b", context.left
        )
    if quantity.concept == COST and _generic(quantity):
        return bool(_own(quantity) & context.words)
    if quantity.concept == COST and re.search(
        r"\b(?:cost|costs|spend|spending|bill|expected|excess|baseline)\b", context.left
    ):
        return concept not in ("budget", "forecast") or bool(re.search(r"\b(?:cost|spend|bill|excess)\b", context.left))
    return quantity.concept == "outcome" and bool(_own(quantity) & context.words)


def _generic(quantity: Quantity) -> bool:
    return "any" in quantity.roles


_COMMON = {
    "cost", "difference", "expected", "accounts", "for", "incident", "above", "below", "usd", "percent", "requests", "number",
    "during", "from", "makes", "made", "total", "went", "team", "model", "feature", "month", "changed", "per", "has",
}  # fmt: skip


def _own(quantity: Quantity) -> frozenset[str]:
    return frozenset(quantity.also - _COMMON)


def _suits_role(context: Context, quantity: Quantity, known: Known) -> bool:
    role, roles = context.role, quantity.roles
    if context.undone and quantity.concept == "rest":
        return True
    if (
        not role
        and quantity.unit == "percent"
        and roles & {"before", "after"} == {"before"}
        and not context.figure.sign
        and _PRESENT.match(context.right)
    ):
        return False
    if not role or quantity.concept in ("budget", "forecast") or quantity.unit == "ratio":
        return True
    if role == "excess" and quantity.unit == "percent" and not context.of and _says_change(context):
        return bool(roles & {"change", "excess", "rest"}) or ("share" in roles and quantity.of == "excess")
    if role == "sum":
        return bool(roles & {"sum", "total"}) and _adds_up(context, quantity)
    if role in ("before", "after"):
        if quantity.unit in ("percent", "points") and not roles & {"before", "after"}:
            return not (context.figure.sign and "ratio" in roles)
        return role in roles
    if role == "total":
        if _OF_EXCESS.match(context.right) or context.concept in {concept_of(f"driver_{n}") for n in known.drivers}:
            return {"excess", "total"} <= roles or "sum" in roles
        return "total" in roles or "after" in roles
    return bool(roles & {"excess", "change", "rest", "ratio", "share"}) or (
        quantity.unit in ("percent",) and not roles & {"before", "after"}
    )


_APPOSED = re.compile(
    r"\bQ\d+\b(?P<rest>[^;:.Q]*?,? ?(?:\(|,|or|i\.e\.?|that is|which is|about|roughly|making|some|an average of|on average|around|over|per| )*)$"
)
_UNDONE = re.compile(
    r"(?:^|, |; |: )(?:had|without|if not for|but for|were it not for|excluding|leaving out|leaving aside|apart from|except for|take away|ignoring)\b[^;.]*\b(?:would|had|could|is|are|was)\b|\bwould (?:have|be|still)\b[^;.]*\b(?:without|had it not|but for|if not for)\b"
)
_PRESENT = re.compile(r"^ (?:of [^,;.Q]*? )?(?:is|are|goes|go|comes|come|sits?|fails?|lacks?|makes? up) ")


def _says_change(context: Context) -> bool:
    """True where the words say how much more or less, not a part or a multiple."""
    return bool(
        context.figure.sign
        or _RIGHT_UP.match(context.right)
        or _RIGHT_DOWN.match(context.right)
        or re.search(r"\b(?:up|down|by|rose|fell|grew|dropped|increased|climbed|higher|lower)$", context.left)
    )


def _adds_up(context: Context, quantity: Quantity) -> bool:
    """`together` the whole: only where all its parts are told."""
    return "sum" in quantity.roles or not context.concepts or len(context.concepts) >= 2


def _suits_names(context: Context, quantity: Quantity, known: Known) -> bool:
    """A value that belongs to a named element is told with that name, where the sentence names any of its kind."""
    names = {
        str(f.value).lower()
        for n in ("model_from", "model_to", "version_from", "version_to")
        for f in known.by_name.get(n, ())
    }
    mine = names & quantity.also
    told = names & context.words
    return not mine or not told or bool(mine & told)


def unbacked(texts: Iterable[str]) -> list[str]:
    """Reasons without repeats, in order."""
    return list(dict.fromkeys(texts))
