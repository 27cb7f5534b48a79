"""Can a figure stand for a value: the same size and unit, of the same thing, in the same role?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from explainer.checker.concepts import COST, concept_of
from explainer.checker.contexts import Context
from explainer.checker.fact_words import named_in
from explainer.checker.quantities import Known
from explainer.checker.quantity import Quantity

_OF_EXCESS = re.compile(
    r"^ (?:total )?(?:excess|difference|rise|increase|jump|overspend|change|drop|fall|decrease|extra)\b"
)
_RIGHT_UP = re.compile(
    r"^ ?(?:more|higher|above|over|extra|dearer|costlier|too much|in excess|longer|larger|bigger|greater|up\b(?! to)|(?:rise|increase|jump|surge|overspend)\b)"
)
_RIGHT_DOWN = re.compile(
    r"^ ?(?:less|lower|below|under|cheaper|fewer|shorter|smaller|down\b(?! to)|(?:drop|fall|decrease|decline|saving|reduction)\b)"
)
_REST = re.compile(
    r"\b(?:rest|remaining|remainder|others?|left|remains?|everything else|apart from|aside from|besides|excluding|outside|elsewhere|all but|everything but|except(?: for)?|other than|leaving out|taken out|left out|set aside|leaving aside|not counting|disregarding|net of|without|headroom|spare|room|unspent)\b"
)
_TAKES_REST = re.compile(
    r"\b(?:explains?|explained|accounts? for|accounted for|makes? up|made up|adds?|added|is|was|brings?|brought)(?: for)? (?:the |a )?"
    r"(?:remaining|rest|remainder|other)(?: of| ,)?$|\bN\d+ (?:for |with )?the (?:remaining|rest|remainder|other)(?: of| ,)?$"
)
_TOTALS = re.compile(r"\b(?:bill|cost|spend|spending|total|it|N\d+) (?:would|could|is|was|comes|came)\b")
_LACKS = re.compile(r"\b(?:miss\w*|no longer|not|uncached|untagged|lack\w*|tagged|attributed|fresh|unattributed)\b")
_OTHER = r"(?:the |a )?(?:remaining|rest|remainder|other)(?: of| ,)?$"
_NOUN_UNITS = {
    "token": {"tokens", "tokens_per_request"},
    "request": {"requests", "requests_per_run"},
    "call": {"requests", "requests_per_run"},
    "run": {"runs"},
    "execution": {"runs"},
}
_FROM_EXPECTED = re.compile(
    r"(?<!than )(?<!than the )(?<!from )(?<!from the )(?<!to )(?<!to the )(?<!over )(?<!over the )(?<!against )(?<!against the )\b(?:expected|usual|normal|baseline) (?:cost|amount|level|spend|figure|value)(?: \w+){0,4}$"
)
_NOT_ITS = re.compile(
    r"^ (?:of [^,;Q]*? )?(?:(?:has|have|had) nothing to do with|(?:is|are|was|were|does|do|did) not (?:come |due |stem |down )*(?:to|from|because of|caused by)?|(?:comes?|came|stems?) from (?:something|anything|things|drivers?|elsewhere|causes) other|is unrelated to|lies? outside)"
)
_PER_UNIT = re.compile(r"^ (?:per|an?|each|every|for each|for every) (?:single )?(?:request|run|call)\b")
_EXCESS_NOUN = re.compile(
    r"\b(?:increase|rise|excess|overspend|overshoot|difference|gap|jump|surplus|extra|saving|drop)\b"
)
_LEADS = re.compile(
    r"\b(?:leads?|led|ahead|gap|difference|more than|less than|exceeds?|exceeded|outweighs?|beats?|tops?|larger|smaller|above|below|behind|over|under)\b"
)
_UNREAL = re.compile(r"\bwould (?:only )?(?:have (?:been|come out|come in|cost)|be|come out|cost)(?: \w+)?$")
_LOWER = re.compile(
    r"\b(?:less|lower|cheaper|fewer|smaller|below|under|fit\w*|goes|go|covers?|as much as it cost|drop\w*|fell|fall\w*|down|decreas\w*|cut|shr[aiu]nk\w*|reduc\w*|divided|factor|fraction|expected (?:cost|spend|bill|amount|figure|one)? ?(?:is|was|were|would))\b"
)
_WAS_EXPECTED = re.compile(
    r"\b(?:was|were|is|are|had been) (?:already |fully )?(?:expected|usual|normal|planned|anticipated)\b"
)
_EXCLUDED = re.compile(r"\b(?:not|un\w+|spared|others?|rest|remaining|without)\b")
_USED = re.compile(r"\b(?:used|spent|gone|consumed|drawn|burn\w*|eaten|taken)\b")
_UNUSED = re.compile(r"\b(?:left|remain\w*|unused|available|unspent|spare|to go)\b")
_MOVED = re.compile(
    r"^ (?:of (?:the |its )*(?:Q\d+ )?)?(?:\w+ )?drivers? (?:has |have )?(?P<verb>raised|lowered|increased|reduced|pushed|pulled|drove|added|cut|saved|dampened|took)\b(?: (?:the |it |cost |costs |bill )*(?:up|down)\b)?"
)
_NEGATED = re.compile(
    r"^ of [^,;]*?\b(?:not|no longer|never|miss(?:es|ed)?|uncached|untagged|unattributed|without|no|lacks?|elsewhere|other than|somewhere else)\b"
)
_ALL_BUT = re.compile(r"\b(?:all|everything|anything) (?:but|except)(?: for)?$")
_LEFT_OVER = re.compile(r"^ (?:[^,;Q]* )?(?:(?:is|are|was|were|would be|be) left|remains?|remained|left over|stays?)\b")
_SIDE_BY = re.compile(
    r"\b(?:(?P<up>over|above|up|higher|past|beyond|ahead)|(?P<down>under|below|down|lower|short|less|cheaper|behind)) by$"
)
_OVER_BUDGET = re.compile(
    r"\b(?:over|above|missing|short|beyond|exceed\w*|overs\w+|overrun\w*|too much|lack\w*|past|miss|breach\w*|break\w*)\b"
)
_UNDER_BUDGET = re.compile(
    r"\b(?:left|leav\w+|under|below|room|spare|headroom|remain\w*|unspent|unused|to go|within|less)\b"
)
_PRESENT = re.compile(r"^ (?:of [^,;.Q]*? )?(?:is|are|goes|go|comes|come|sits?|fails?|lacks?|miss|misses|makes? up) ")


def shows(context: Context, quantity: Quantity) -> bool:
    """True where the figure shows this value, in its unit."""
    figure, unit = context.figure, context.figure.unit
    as_told = -1 if _UNREAL.search(context.left) else 1
    if unit != quantity.unit or not (figure.fits(quantity.value) or _adds_shown(context, quantity)):
        return False
    if unit == "ratio" and "inverse" in quantity.roles and (figure.value < 1 or not _LOWER.search(context.sentence)):
        return False
    if figure.sign and (figure.sign * quantity.value < 0 or (unit == "percent" and "ratio" in quantity.roles)):
        return False
    if as_told < 0 and "part" in quantity.roles and _other_way(context, quantity.value * as_told):
        return False
    if (
        unit in ("usd", "percent", "points")
        and not _FROM_EXPECTED.search(context.left)
        and quantity.roles & {"change", "excess"}
        and not quantity.roles & {"part", "any", "share"}
        and _other_way(context, quantity.value * as_told)
    ):
        return False
    nouns = _NOUN_UNITS.get(context.noun)
    if unit == "count":
        if quantity.concept == "driver" and _driver_count(context) != quantity.roles & {"raised", "lowered"}:
            return False
        if "count" in quantity.roles and "rest" in quantity.roles and not _REST.search(context.left[-20:]):
            return False
        if quantity.roles == {"count"} and not context.noun and quantity.noun not in context.words:
            return False
        if nouns is not None:
            return quantity.noun in nouns
        if context.noun:
            return (
                context.noun in quantity.noun
                or context.noun in quantity.concept
                or context.noun in quantity.name
                or context.noun in quantity.also
                or f"{context.noun}s" in quantity.also
            )
    return True


def _other_way(context: Context, value: float) -> bool:
    """True where the words beside the figure say the other direction."""
    if side := _SIDE_BY.search(context.left):
        return (value < 0) if side["up"] else (value > 0)
    return bool((_RIGHT_UP.match(context.right) and value < 0) or (_RIGHT_DOWN.match(context.right) and value > 0))


def _driver_count(context: Context) -> frozenset[str]:
    """Which of the drivers a number of them counts, by the verb after it: those that raised the cost, or lowered it."""
    moved = _MOVED.match(context.all_right)
    if moved is None or context.left.endswith("of the"):
        return frozenset()
    down = moved["verb"] in ("lowered", "reduced", "cut", "pulled", "saved", "dampened", "took") or "down" in moved[0]
    return frozenset({"lowered" if down else "raised"})


def _adds_shown(context: Context, quantity: Quantity) -> bool:
    """True for a sum or difference that is right for the rounded parts as they are shown, though not to the last digit."""
    figure = context.figure
    near = abs(figure.value - abs(quantity.value)) <= 1.51 * figure.step
    return (
        near
        and bool(quantity.roles & {"sum", "lead", "rest"})
        and any(abs(total - figure.value) <= 1e-6 * max(1.0, total) for total in context.shown_sums)
    )


_DENIES_SHARE = re.compile(
    r"\b(?:not|no (?:single |one |other )?driver|none of (?:the|them)[a-z ]*?|nothing|neither) (?:\w+ ){0,2}(?:explains?|explain|accounts? for|account for|makes? up|make up|adds?|reach(?:es)?|amounts? to|brings?|comes? to|weighs?)(?: for)?(?: \w+)?$|\bnot(?: even| yet)?$"
)


def denied_share(context: Context, known: Known) -> list[str] | None:
    """Faults of a share that is denied: `no driver explains half of it`; None where the figure is not denied so."""
    if context.figure.unit != "percent" or not _DENIES_SHARE.search(context.left):
        return None
    everyone = re.search(r"\bno (?:single |one |other )?driver|\bnone\b|\bnothing\b|\bneither\b", context.left)
    shares = (
        {concept_of(f"driver_{n}"): 100 * v / known.excess for n, v in known.drivers.items()} if known.excess else {}
    )
    for name in known.by_name:
        if name.startswith("driver_") and name.endswith("_share") and (value := known.number(name)) is not None:
            shares.setdefault(concept_of(name), value)
    told = shares.values() if everyone else [v for c, v in shares.items() if c in context.concepts]
    least = context.figure.value if context.figure.low != 50.0 else 50.0
    wrong = not told or any(v >= least for v in told)
    return [f"{context.figure.shown}: a fact says that it does"] if wrong else []


def suits(context: Context, quantity: Quantity, known: Known) -> bool:
    """True where the words around the figure may be said of this value."""
    return (
        any(_suits_concept(c, quantity, known) for c in _readings(context, known))
        and (_suits_role(context, quantity, known) or not _rivals(context, quantity, known))
        and _suits_span(context, quantity)
        and _suits_names(context, quantity, known)
    )


def _rivals(context: Context, quantity: Quantity, known: Known) -> bool:
    """True where another value of the same thing and unit has the role that the words say, or a part went against the
    rest and they do not say so."""
    against = quantity.value * (known.excess or 1.0) < 0
    if "part" in quantity.roles and (_UNREAL.search(context.left) or against) and context.role != "excess":
        return True
    return "count" not in quantity.roles and any(
        q.unit == quantity.unit
        and q.concept == quantity.concept
        and q.noun == quantity.noun
        and (q.per == quantity.per or not q.per)
        and _suits_role(context, q, known)
        for q in known.quantities
        if q.value != quantity.value
    )


def _readings(context: Context, known: Known) -> Iterable[Context]:
    """The context; where no fact measures in this unit what the figure stands beside, also as one of what else the
    sentence speaks of: `the cached share of input fell by 59 points`."""
    yield context
    unit, concept = context.figure.unit, context.concept
    if context.inherited:
        yield replace(context, concept=None)
    if concept and not any(q.concept == concept and q.unit == unit for q in known.quantities):
        yield from (replace(context, concept=other) for other in context.concepts - {concept})


_PRICED = re.compile(r"\b(?:costs?|priced?|prices|dear|dearer|cheap|cheaper|pay|paid|expensive)\b(?! (?:of|for)\b)")
_WHOLES = ("share_of_pool", "staging")
_OWN_MONEY = {"share_of_pool": {"pool_cost"}, "staging": {"cost_staging"}}
_NARROWED = r"\b(?:cost|costs|spend|spending|bill|money) (?:on |for |in |from )?{}"


def _is_left_out(context: Context, concept: str) -> bool:
    """True where a thing is told as what something else is without: `other drivers than volume`."""
    left_out = rf"(?:than|from|for|besides|excluding|outside|without|but|ignoring) (?:the |more |higher |lower )?{re.escape(_said(context, concept))}"
    return bool(re.search(left_out, context.left) and _REST.search(context.left))


def _is_negated(context: Context, quantity: Quantity) -> bool:
    """True where a share is denied that its fact affirms, or the other way: `64 % of input tokens are not cached`."""
    denies = quantity.concept == "untagged" or bool(quantity.also & {"not", "without", "untagged", "miss", "missed"})
    return bool(_NEGATED.match(context.right)) and denies == ("rest" in quantity.roles)


def _said(context: Context, concept: str) -> str:
    """The words by which the left of a figure names a concept."""
    told = [phrase for phrase, c in context.phrases if c == concept and phrase in context.left]
    return told[-1] if told else "\0"


def _suits_span(context: Context, quantity: Quantity) -> bool:
    """Per what, and a share of what."""
    if quantity.name.endswith("_not") and not _EXCLUDED.search(context.sentence):
        return False
    if quantity.name.endswith(("_left", "_used")) and bool(_USED.search(context.sentence)) != bool(
        _UNUSED.search(context.sentence)
    ):
        return quantity.name.endswith("_left") == bool(_UNUSED.search(context.sentence))
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
    if (
        _PER_UNIT.match(context.right)
        and quantity.unit == "usd"
        and per
        and not quantity.concept.startswith(("cost_per", "outcome"))
    ):
        return False
    if per in ("request", "run") and quantity.unit in ("count",) and quantity.per and per != quantity.per:
        return False
    if per and not quantity.per and quantity.unit == "count" and "change" not in quantity.roles:
        return False
    of_base = context.of in ("expected", "budget", "before") and context.right.lstrip().startswith("of")
    if of_base and "change" in quantity.roles and not _EXCESS_NOUN.search(context.sentence):
        return False
    if "explicit" in quantity.roles:
        return context.of == quantity.of and not _WAS_EXPECTED.search(context.right)
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
    if context.undone and re.match(
        r"^ (?:would|could) (?:have been |be )?(?:saved|less|lower|avoided|missing|spared)", context.right
    ):
        return quantity.concept in context.concepts and "part" in quantity.roles
    if context.undone and context.concepts:
        return any(f"without:{c}" in quantity.also for c in context.concepts) and quantity.unit in ("usd", "percent")
    if "part" in quantity.roles and _LEFT_OVER.match(context.right):
        return False
    if quantity.concept == "budget" and quantity.unit == "usd" and "change" in quantity.roles:
        over, under = _OVER_BUDGET.search(context.sentence), _UNDER_BUDGET.search(context.sentence)
        if (over is not None and under is None and quantity.value < 0) or (
            under is not None and over is None and quantity.value > 0
        ):
            return False
    if _ALL_BUT.search(context.left) and not ("rest" in quantity.roles and f"without:{concept}" in quantity.also):
        return False
    if quantity.unit == "percent" and quantity.roles & {"before", "after"} and _is_negated(context, quantity):
        return False
    more = _RIGHT_UP.match(context.right) or _RIGHT_DOWN.match(context.right)
    if "part" in quantity.roles and concept == quantity.concept and not more and _is_left_out(context, concept):
        return False
    if (
        concept == "requests"
        and quantity.concept == "volume"
        and quantity.unit == "usd"
        and "requests_per_run" not in known.drivers
    ):
        return True
    if (
        quantity.concept == "price"
        and concept in quantity.also
        and concept != COST
        and _PRICED.search(context.sentence)
    ):
        return True
    runs = any(q.noun == "runs" for q in known.quantities) or re.search(r"\bruns\b", context.sentence)
    if concept == "volume" and quantity.concept == "requests" and not runs:
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
    label = context.all_left if context.all_left.endswith(": ") and not context.left else ""
    rest = _REST.search(label + context.left + " | " + re.split(r",| and | but | while | where ", context.right)[0])
    rest = rest or _NOT_ITS.match(context.right)
    if "rest" in quantity.roles:
        others = re.search(
            r"\b(?:others?|other drivers|the other \w+|everything else|drivers) (?:\w+ )?(?:make|made|add|bring|explain|account)",
            context.left,
        )
        if (
            not others
            and concept is not None
            and f"without:{concept}" in quantity.also
            and (
                _TAKES_REST.search(context.left)
                or re.search(rf"{re.escape(_said(context, concept))} {_OTHER}", context.left)
            )
            and not _is_left_out(context, concept)
        ):
            return False
        left_out = {f"without:{c}" for c in context.concepts} & known.left_out
        if left_out and quantity.concept == "rest" and not left_out & quantity.also:
            return False
        if quantity.unit == "usd" and "after" in quantity.roles and not _TOTALS.search(context.left):
            return False
        if quantity.unit == "percent" and _LACKS.search(context.sentence):
            return any(w.removeprefix("un").startswith(o[:4]) for o in _own(quantity) for w in context.words)
        return bool(rest) and (quantity.concept != "budget" or "budget" in context.concepts)
    if (
        "versus" in quantity.roles
        and "ratio" in quantity.roles
        and not (quantity.also <= context.concepts or ("rest" in quantity.also and rest))
    ):
        return False
    if "lead" in quantity.roles:
        return (
            quantity.also <= context.concepts
            and concept in (quantity.concept, *quantity.also)
            and bool(_LEADS.search(context.sentence))
        )
    if "sum" in quantity.roles:
        vague = context.figure.worded and context.figure.high - context.figure.low > 20
        if vague and not re.search(r"\b(?:and|both|together|combined)\b", context.sentence):
            return False
        return quantity.also <= context.concepts or quantity.also == context.concepts
    if context.role in ("total", "sum") and "total" in quantity.roles:
        return True
    if quantity.per == "week" and context.per == "week":
        return concept in (None, COST, quantity.concept)
    if (
        context.noun
        and quantity.noun == f"{context.noun}s"
        and quantity.concept in (context.noun, "requests", "volume")
    ):
        return True
    if context.noun in quantity.name and context.noun and quantity.concept in (COST, context.noun) and not quantity.per:
        return True
    if (
        concept == "requests"
        and context.concepts <= {concept}
        and quantity.per == "request"
        and not any(q.noun == concept for q in known.quantities)
    ):
        return True
    if "any" in quantity.roles and quantity.name and named_in(quantity.name, context.words):
        return True
    if (
        quantity.of == "requests"
        and concept == "requests"
        and quantity.unit == "percent"
        and quantity.roles & {"before", "after"}
    ):
        return True
    if quantity.of == "requests" == context.of and concept in (None, "requests"):
        return True
    if quantity.unit == "usd" and quantity.concept in ("price", "outcome") and len(_own(quantity) & context.words) >= 2:
        return True
    if (
        "told" in quantity.roles
        and quantity.noun
        and ((context.noun and quantity.noun.startswith(context.noun)) or quantity.noun in context.words)
    ):
        return True
    if context.per and context.per == quantity.per and quantity.noun in _NOUN_UNITS.get(context.noun, ()):
        return True
    if concept is None:
        return (
            (quantity.concept == COST and not _generic(quantity))
            or bool(_own(quantity) & context.words)
            or (quantity.unit == "count" and not context.concepts and bool(quantity.noun))
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
    return "any" in quantity.roles or (quantity.unit == "count" and quantity.concept == COST)


_COMMON = {
    "cost", "difference", "expected", "accounts", "for", "incident", "above", "below", "usd", "percent", "requests", "number",
    "were", "was", "there", "about", "are", "now", "before", "last", "this", "that", "its", "and", "with", "have", "been", "had", "one", "each", "all", "out", "which", "while", "into", "than", "they", "other", "most",
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
    if quantity.concept == "budget" and quantity.unit == "percent" and _says_change(context):
        return "change" in roles
    if not role or quantity.concept in ("budget", "forecast") or quantity.unit == "ratio":
        return True
    if role == "excess" and quantity.unit == "percent" and not context.of and _says_change(context):
        return bool(roles & {"change", "excess", "rest"}) or ("share" in roles and quantity.of == "excess")
    if role == "sum":
        if "rest" in roles:
            return True
        return bool(roles & {"sum", "total"}) and _adds_up(context, quantity)
    if "any" in roles and quantity.name and named_in(quantity.name, context.words):
        return True
    if role in ("before", "after"):
        if ("any" in roles and not roles & {"before", "after"}) or (role == "after" and "rest" in roles):
            return True
        if quantity.unit in ("percent", "points") and not roles & {"before", "after"}:
            return not (context.figure.sign and "ratio" in roles)
        return role in roles
    if role == "total":
        if _OF_EXCESS.match(context.right) or context.concept in {concept_of(f"driver_{n}") for n in known.drivers}:
            return {"excess", "total"} <= roles or "sum" in roles
        return "total" in roles or "after" in roles
    return bool(roles & {"excess", "change", "rest", "ratio", "share", "sum", "lead", "any"}) or (
        quantity.unit in ("percent",) and not roles & {"before", "after"}
    )


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
