"""Is a value of the thing that the words around a figure name?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from explainer.checker.compared import is_turned, leads_so, set_beside_other
from explainer.checker.concepts import COST
from explainer.checker.contexts import ASIDE, Context
from explainer.checker.fact_words import is_generic, named_in, own_words_of
from explainer.checker.families import ABOUT_BEFORE, FALL, NOUN_UNITS, PEAK, RIGHT_DOWN, RIGHT_UP, RISE
from explainer.checker.months import is_of_month, is_other_of_month
from explainer.checker.quantities import Known
from explainer.checker.quantity import Quantity
from explainer.checker.rests import (
    ALL_BUT,
    is_affirmed,
    is_left_out,
    is_negated,
    is_rest,
    is_told_as_total,
    said_as,
    says_rest,
)

_ALL_BUT = re.compile(r"\b(?:all|everything|anything) (?:but|except)(?: for)?$")

_LEFT_OVER = re.compile(r"^ (?:[^,;Q]* )?(?:(?:is|are|was|were|would be|be) left|remains?|remained|left over|stays?)\b")
_OVER_BUDGET = re.compile(
    r"\b(?:over|above|missing|short|beyond|exceed\w*|overs\w+|overrun\w*|too much|lack\w*|past|miss|breach\w*|break\w*)\b"
)
_UNDER_BUDGET = re.compile(
    r"\b(?:left|leav\w+|under|below|room|spare|headroom|remain\w*|unspent|unused|to go|within|less)\b"
)


def topics_of(context: Context, known: Known) -> Iterable[Context]:
    """The context; where no fact measures in this unit what the figure stands beside, also as one of what else the
    sentence speaks of: `the cached share of input fell by 59 points`."""
    yield context
    unit, concept = context.figure.unit, context.concept
    if context.inherited or _FROM_EXPECTED.match(context.right):
        yield replace(context, concept=None)
    other = {("forecast", "before"): "budget", ("budget", "after"): "forecast"}.get((concept or "", context.role))
    if other in context.concepts:
        yield replace(context, concept=other)
    if told := _NAMED_AMOUNT.search(context.left):
        yield replace(context, concept=told["what"])
    if concept == "requests_per_run" and _UTMOST.search(f"{context.left} | {_CLAUSE.split(context.right)[0]}"):
        yield replace(context, concept="max_run")
    if concept == "max_run" and _AVERAGE.search(context.left):
        yield replace(context, concept="requests_per_run")
    if concept and not any(q.concept == concept and q.unit == unit for q in known.quantities):
        yield from (replace(context, concept=other) for other in context.concepts - {concept})


_FROM_EXPECTED = re.compile(
    r"^ (?:above|below|over|under|more than|less than) (?:its |the )?(?:expected|usual|normal) (?:cost|level|bill)\b"
)
_CLAUSE = re.compile(r"[,;]| and ")
_UTMOST = re.compile(
    r"\b(?:one run|single run|at most|the most|longest|largest|busiest|maximum|as many as|up to|any other|no other)\b"
)
_AVERAGE = re.compile(r"\b(?:averag\w+|mean|typical|typically|usual|others?)\b(?:(?! than\b)[^;:Q])*$")
_THIS_MONTH = re.compile(r"\b(?:this month|the month|month[ -]to[ -]date)\b(?! (?:is|will|ends|closes|before))")
_OF_FIGURE = re.compile(r"^ (?:out )?of (?:the )?Q\d")
_FROM_LIMIT = re.compile(
    r"\b(?:above|over|past|below|under|beyond|exceed\w*|overshot|overran|passed|short of|within) (?:the |its |their )?(?:[a-z]+ )?(?:limit|cap|quota|threshold|ceiling)\b"
)
_PRICED = re.compile(r"\b(?:costs?|priced?|prices|dear|dearer|cheap|cheaper|pay|paid|expensive)\b(?! (?:of|for)\b)")
_WHOLES = ("share_of_pool", "staging")
_OWN_MONEY = {"share_of_pool": {"pool_cost"}, "staging": {"cost_staging"}}
_NARROWED = r"\b(?:cost|costs|spend|spending|bill|money) (?:on |for |in |from )?{}"


_SPARED = re.compile(r"^ (?:would|could) (?:have been |be )?(?:saved|less|lower|avoided|missing|spared)")


_OTHER_PEAK = re.compile(
    r"\b(?:worst|dearest|costliest|priciest|most expensive|peak|top) (?:single )?(?:day|week|month|minute|run|request|user|team)\b"
)
_MONTHLY = ("month_end_forecast", "budget")
_OF_OTHERS = re.compile(
    rf"(?:^|[,;:] )(?:the )?(?:others?|other [a-z]+(?: of [^,;Q]*?)?|the rest(?: of [^,;Q]*)?|rest|remaining [a-z]+|everyone else) (?:carr\w+|bears?|pays?|takes?|has|have|had|holds?|makes? up|accounts? for|sends?|sent){ABOUT_BEFORE}$"
)
_FROM_OTHERS = re.compile(
    r"^ of [a-z ]+? (?:come|comes|came|go|goes|went|falls?|stems?|is|are|was|were)(?: now)? (?:sent |made |carried |borne )?(?:from|to|on|by|with) (?:the )?(?:others?|other [a-z]+|elsewhere|rest|everyone else|remaining [a-z]+)\b"
)
_OF_RISE = re.compile(rf"^ (?:or so )?of (?:the |this |that |its )(?:{RISE}|{FALL}|difference)\b")
_NAMED_AMOUNT = re.compile(
    rf"\b(?P<what>forecast|budget)(?: (?:for|of) the month)? ?(?:of|is|was|:|=|stands at|comes to|amounts to){ABOUT_BEFORE}$"
)


def is_of_topic(context: Context, quantity: Quantity, known: Known) -> bool:
    """True where a value is of what the figure is about: the first rule that has a verdict decides."""
    for rule in _RULES:
        if (verdict := rule(context, quantity, known)) is not None:
            return verdict
    return _plainly(context, quantity)


def _confidence(context: Context, quantity: Quantity, _: Known) -> bool | None:
    sure = bool(re.match(r"^ ?(?:sure|certain|confident|likely|confidence|probab\w+|chance)\b", context.right))
    if not sure and "confidence" not in quantity.also:
        return None
    told = sure or re.search(r"\b(?:confiden\w+|sure\w*|certain\w*|probability|likelihood|chance)\b", context.left)
    return bool(told) and "confidence" in quantity.also


def _undone(context: Context, quantity: Quantity, known: Known) -> bool | None:
    """Told as it would be without something: what is left, or what would have been saved."""
    if context.undone and _SPARED.match(context.right):
        return quantity.concept in context.concepts and "part" in quantity.roles
    if context.undone and context.concepts:
        if is_told_as_total(context, quantity, known):
            return False
        return any(f"without:{c}" in quantity.also for c in context.concepts) and quantity.unit in ("usd", "percent")
    return None


def _contradicted(context: Context, quantity: Quantity, known: Known) -> bool | None:
    """False where the words say that it is just not this: left over, all but it, denied, on the other side."""
    concept, roles = context.concept, quantity.roles
    if quantity.concept == "budget" and quantity.unit == "usd" and "change" in roles:
        over, under = _OVER_BUDGET.search(context.sentence), _UNDER_BUDGET.search(context.sentence)
        if bool(over) != bool(under) and (quantity.value > 0) != bool(over):
            return False
    peak = "peak_hour_cost" in known.by_name and quantity.unit == "usd" and PEAK.search(context.left)
    if (peak and "peak" not in quantity.name) or ("peak" in quantity.name and _OTHER_PEAK.search(context.sentence)):
        return False
    if quantity.name in _MONTHLY and (told := _NAMED_AMOUNT.search(context.left)) and told["what"] != quantity.concept:
        return False
    if is_other_of_month(context, quantity, known):
        return False
    sided = RIGHT_UP.match(context.right) or RIGHT_DOWN.match(context.right)
    apart = {"excess", "change"} <= roles and quantity.concept == "budget" and quantity.unit == "usd"
    if apart and not sided and _NAMED_AMOUNT.search(context.left):
        return False
    others = _OF_OTHERS.search(context.left) or _FROM_OTHERS.match(context.right)
    if "part" in roles and quantity.unit == "usd" and set_beside_other(context):
        return False
    if "ratio" in roles and is_turned(context, quantity):
        return False
    if others and "rest" not in roles and (quantity.unit == "percent" or quantity.name in ("cost_actual", "pool_cost")):
        return False
    if quantity.unit == "usd" and quantity.name.startswith("cost_") and _OF_RISE.match(context.right):
        return False
    monthly = (
        known.by_name.get("month_to_date")
        and _THIS_MONTH.search(context.sentence)
        and "incident" not in context.sentence
    )
    if monthly and quantity.concept == COST and "after" in roles and "any" not in roles and quantity.unit == "usd":
        return False
    side = re.match(r"^ (?:\w+ )?(input|output) tokens\b", context.right)
    if side and quantity.concept in ("input", "output") and quantity.concept != side[1] and quantity.unit == "count":
        return False
    if _ALL_BUT.search(context.left) and not ("rest" in roles and f"without:{concept}" in quantity.also):
        return False
    if quantity.unit == "percent" and roles & {"before", "after"} and is_negated(context, quantity):
        return False
    if quantity.concept == COST and "excess" in roles and "any" not in roles and _FROM_LIMIT.search(context.sentence):
        return False
    if "rest" not in roles and ALL_BUT.search(context.left) and quantity.also & set(known.names) & context.words:
        return False
    if quantity.unit == "percent" and "rest" not in roles and is_affirmed(context, quantity, known):
        return False
    more = RIGHT_UP.match(context.right) or RIGHT_DOWN.match(context.right)
    aside = ASIDE.search(context.all_left.rstrip())
    left_out = concept == quantity.concept and not more and not aside and is_left_out(context, concept)
    return False if "part" in roles and (left_out or _LEFT_OVER.match(context.right)) else None


def _by_another_name(context: Context, quantity: Quantity, known: Known) -> bool | None:
    """True where two words stand for one thing, as there is no fact of the other."""
    concept, unit = context.concept, quantity.unit
    if concept == "requests" and quantity.concept == "volume" and unit == "usd":
        return True if "requests_per_run" not in known.drivers else None
    if quantity.concept == "price" and concept in quantity.also and concept != COST and "versus" not in quantity.roles:
        return True if _PRICED.search(context.sentence) else None
    if concept == "volume" and quantity.concept == "requests":
        runs = any(q.noun == "runs" for q in known.quantities) or re.search(r"\bruns\b", context.sentence)
        return None if runs else True
    if is_of_month(context, quantity):
        return True
    if concept == "budget" and quantity.name == "month_end_forecast" and _OF_FIGURE.match(context.all_right):
        return True
    priced = context.per in ("run", "request") and quantity.concept == f"cost_per_{context.per}"
    return True if unit == "usd" and priced else None


def _narrowed(context: Context, quantity: Quantity, known: Known) -> bool | None:
    """False where the whole cost is told as the cost of one thing."""
    concept = context.concept
    if quantity.concept != COST or concept in (None, COST):
        return None
    whole = re.search(r"\b(?:of|total|all)\b", context.left[-12:])
    if concept in _WHOLES and _OWN_MONEY[concept] <= known.by_name.keys() and not whole:
        return False
    said = re.escape(said_as(context, str(concept)))
    return False if re.search(_NARROWED.format(said), context.left) else None


def _combined(context: Context, quantity: Quantity, known: Known) -> bool | None:
    """A ratio, lead or sum of things: all of them have to be told."""
    roles, told = quantity.roles, quantity.also <= context.concepts
    if "rest" in roles:
        return is_rest(context, quantity, known)
    if {"versus", "ratio"} <= roles and not (told or ("rest" in quantity.also and says_rest(context))):
        return False
    if "lead" in roles:
        return told and leads_so(context, quantity)
    if "sum" in roles:
        vague = context.figure.worded and context.figure.high - context.figure.low > 20
        joined = re.search(r"\b(?:and|both|together|combined)\b", context.sentence)
        return (told or _is_of_largest(context, quantity, known)) and not (vague and not joined)
    return True if context.role in ("total", "sum") and "total" in roles else None


def _is_of_largest(context: Context, quantity: Quantity, known: Known) -> bool:
    """True for the sum of the largest drivers, where the words tell just them: `the first two drivers`."""
    order = sorted(known.by_driver, key=lambda c: -known.by_driver[c] * (known.excess or 1.0))
    largest = set(order[: len(quantity.also)])
    return bool(_LARGEST.search(context.all_left)) and quantity.also == largest


_LARGEST = re.compile(
    r"\b(?:first|top|largest|biggest|main|leading) Q\d+(?: drivers| parts| of them)?\b|\bQ\d+ (?:largest|biggest|main|top|leading)\b"
)


def _counted(context: Context, quantity: Quantity, known: Known) -> bool | None:
    """True where the noun beside the figure, or what it is told per, is the value's own."""
    noun, concept = context.noun, context.concept
    if quantity.per == "week" and context.per == "week":
        return concept in (None, COST, quantity.concept)
    if noun and quantity.noun == f"{noun}s" and quantity.concept in (noun, "requests", "volume"):
        return True
    if noun and noun in quantity.name and quantity.concept in (COST, noun, f"{noun}s") and not quantity.per:
        return True
    if concept == "requests" and context.concepts <= {concept} and quantity.per == "request":
        return None if any(q.noun == concept for q in known.quantities) else True
    return True if context.per and context.per == quantity.per and quantity.noun in NOUN_UNITS.get(noun, ()) else None


def _by_own_words(context: Context, quantity: Quantity, _: Known) -> bool | None:
    """True where the words of the value's fact are told."""
    if "any" in quantity.roles and quantity.name and named_in(quantity.name, context.words):
        return True
    shared = quantity.of == "requests" and context.concept in (None, "requests", "volume")
    if shared and (
        context.of == "requests"
        or (context.concept == "requests" and quantity.unit == "percent" and quantity.roles & {"before", "after"})
    ):
        return True
    if quantity.unit == "usd" and quantity.concept in ("price", "outcome"):
        return True if len(own_words_of(quantity) & context.words) >= 2 else None
    told = quantity.noun in context.words or (context.noun and quantity.noun.startswith(context.noun))
    return True if "told" in quantity.roles and quantity.noun and told else None


def _plainly(context: Context, quantity: Quantity) -> bool:
    """By what the figure is about alone."""
    concept, own = context.concept, bool(own_words_of(quantity) & context.words)
    if concept is None:
        counts = quantity.unit == "count" and not context.concepts and bool(quantity.noun)
        return (quantity.concept == COST and not is_generic(quantity)) or own or counts
    if concept == quantity.concept or (concept in quantity.also and quantity.concept in ("budget", "sum")):
        return True
    if quantity.concept != COST:
        return quantity.concept == "outcome" and own
    monthly = concept in ("budget", "forecast")
    if context.role in ("before", "after", "total") and quantity.unit == "usd" and not monthly:
        adds = re.search(r"\b(?:accounts?|added|adds|contribut\w+)\b", context.left)
        return bool(quantity.roles & {"before", "after", "total"}) and not adds
    if is_generic(quantity):
        return own
    spent = re.search(
        r"\b(?:cost|costs|spend|spending|bill|expected|excess|baseline)\b|\bof (?:the|this|that|its) (?:extra|additional|added|surplus|unexpected)$",
        context.left,
    )
    return bool(spent) and (not monthly or bool(re.search(r"\b(?:cost|spend|bill|excess)\b", context.left)))


_RULES = (_confidence, _undone, _contradicted, _by_another_name, _narrowed, _combined, _counted, _by_own_words)
