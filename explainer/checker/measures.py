"""Is a value told per what it is measured per, and as a share of what it is a share of?"""

from __future__ import annotations

import re

from explainer.checker.contexts import Context
from explainer.checker.families import ABOUT_BEFORE, FALL, RISE, SPARED
from explainer.checker.quantity import Quantity

_PER_UNIT = re.compile(r"^ (?:per|an?|each|every|for each|for every) (?:single )?(?:request|run|call)\b")
_EXCESS_NOUN = re.compile(rf"\b(?:{RISE}|{FALL}|difference|gap|additional|added|saved)\b")
_WAS_EXPECTED = re.compile(
    r"(?<!what )(?<!that )\b(?:was|were|is|are|had been) (?:already |fully |the |what (?:was|is) )?(?:expected|usual|normal|planned|anticipated)\b"
)
_OF_AMOUNT = re.compile(r"^ (?:or so )?(?:out )?of (?:[a-z]+ )*Q\d+")
_HIT = re.compile(
    r"^ (?:[a-z]+ )?[a-z]+s (?:is|are|was|were|got|have been) (?:affected|hit|concerned|touched|involved)\b"
)
_EXCLUDED = re.compile(r"\b(?:not|no|nothing|none|outside|un\w+|spared|others?|rest|remaining|without)\b")
PART = re.compile(r"(?:left|used)$|^spent(?=_|$)")
"""The part of a whole that a fact's name tells: what is left, or what is gone."""
_FROM_BUDGET = re.compile(r"^ (?:more )?(?:over|above|beyond|under|below|short of) (?:the |its |the month's )?budget\b")
_LEFT_OF_BUDGET = re.compile(
    r"\b(?:budget (?:that is |is )?(?:left|remaining|unspent|available)|(?:remaining|unspent|available) budget)\b[^,;Q]*$"
)
_SO_FAR = re.compile(r"\b(?:so far|to date|already)\b")
_USED = re.compile(r"\b(?:used|spent|through|gone|consumed|drawn|burn\w*|eaten|taken)\b")
_UNUSED = re.compile(
    r"\b(?:left|leav(?:es|ing)|remain\w*|unused|available|unspent|spare|to go|(?:still|remains|stays|is) open|undrawn|to spend)\b"
)


_OUT_OF = re.compile(r"\bQ\d+ ?(?:(?:out )?of|/) (?:the |a |an |its |our |all |total )*$")
_CALLED = re.compile(
    rf"\b(?:credit|commitment)(?: (?:for|of) the \w+)? (?:is|was|of|:|=|stands at|comes to){ABOUT_BEFORE}$"
)
_EACH_OF = re.compile(r"\b(?:each|every one) of (?:the |these |those |our |all )*Q\d+ [a-z]+(?: [a-z]+){1,4} *$")
_IS_OF = re.compile(
    r"^ ?(?:(?:out )?of|/) (?:the |a |an |its |our |all |total )*(?:(?:month's|monthly|year's|this) )*Q\d"
)
_WHOLE = re.compile(r"_(?:granted|total)$|^commitment$|^budget$")


def _is_other_of_pair(context: Context, quantity: Quantity) -> bool:
    """True where the words take a whole for what is used or left of it, or that for the whole: `left : Q0 of Q1`."""
    if quantity.unit != "usd":
        return False
    if quantity.name == "month_to_date":
        return bool(_LEFT_TOLD.match(context.all_right))
    if PART.search(quantity.name):
        as_whole = _CALLED.search(context.all_left.rstrip()) and not re.search(
            f"{_USED.pattern}|{_UNUSED.pattern}", context.sentence
        )
        return bool(as_whole or _OUT_OF.search(f"{context.all_left.rstrip()} "))
    if not _WHOLE.search(quantity.name) or quantity.value <= 0 or _OUT_OF.search(f"{context.all_left.rstrip()} "):
        return False
    label = re.search(r"\b(?:used|spent|gone|left|remaining|unused) ?(?::|=|is|are) *$", context.all_left)
    return bool(_IS_OF.match(context.all_right) or label or _PART_TOLD.match(context.right))


_LEFT_TOLD = re.compile(
    r"^ (?:(?:out )?of (?:the |its |this )?(?:Q\d+ )?(?:[\w']+ )?budget )?(?:(?:is|are|was|were) (?:still |now )*)?(?:left|remain\w*|unspent|unused|available|to go)\b"
)
SPENT_TOLD = re.compile(
    r"^ (?:(?:out )?of (?:the |its |this )?(?:Q\d+ )?(?:[\w']+ )?budget )?(?:(?:is|are|was|were|has been|have been) (?:now |already )*)?(?:spent|gone|used|eaten|consumed)\b"
)
_PART_TOLD = re.compile(
    r"^ (?:of (?:the |its |our |that |this )?(?:N\d+ |[\w']+ ){0,2}(?:credit|commitment|budget) )?(?:(?:is|are|was|were|has been|have been) (?:now |still |already )*)?(?:used|spent|gone|left|remain\w*|unused|available|open|unspent)\b"
)


_SPANS = frozenset([
    "week", "day", "hour", "month", "year", "user", "second", "minute", "team", "customer", "annual",
])  # fmt: skip


def _told_of_part(context: Context) -> str:
    """The words that say whether a part is gone or left: those of the clause, else of the sentence."""
    clause = re.split(r"[,;]", context.all_left)[-1] + re.split(r"[,;]", context.all_right)[0]
    return clause if _USED.search(clause) or _UNUSED.search(clause) else context.sentence


def is_other_part(context: Context, quantity: Quantity) -> bool:
    """True where what is left is told as gone, or what is gone as left."""
    told, part = _told_of_part(context), PART.search(quantity.name)
    spent, unspent = bool(_USED.search(told)), bool(_UNUSED.search(told))
    return bool(part) and spent != unspent and (part is not None and part[0] == "left") != unspent


def is_measured_so(context: Context, quantity: Quantity) -> bool:
    """Per what, and a share of what."""
    if quantity.name.endswith("_not") and not _EXCLUDED.search(context.sentence):
        return False
    in_all = re.search(r"(?:\bof|/)(?: the| all)*$", context.left)
    if "whole" in quantity.roles and _HIT.match(context.all_right) and not in_all:
        return False
    if (
        quantity.unit == "count"
        and not in_all
        and SPARED.match(context.all_right)
        and not quantity.name.endswith("_not")
    ):
        return bool(re.match(r"^ (?:other |more |further )", context.all_right)) and "rest" in quantity.roles
    told = _told_of_part(context)
    spent, unspent = bool(_USED.search(told)), bool(_UNUSED.search(told))
    part, of_budget = PART.search(quantity.name), quantity.concept == "budget" or quantity.name == "spent_so_far"
    if is_other_part(context, quantity):
        return False
    if part and of_budget and (_FROM_BUDGET.match(context.all_right) or not (spent or unspent or _SO_FAR.search(told))):
        return False
    if quantity.name == "budget" and _LEFT_OF_BUDGET.search(context.left):
        return False
    if _is_other_of_pair(context, quantity):
        return False
    whole = quantity.concept == "cost" and quantity.unit == "usd" and not quantity.per
    on_top = "excess" not in quantity.roles and re.match(r"^ (?:came|comes|went|goes) on top\b", context.right)
    if whole and "any" not in quantity.roles and (on_top or _EACH_OF.search(context.all_left)):
        return False
    per = context.per if quantity.unit != "ratio" else ""
    if per and (f"per_{per}" in quantity.name or f"peak_{per}" in quantity.name):
        per = quantity.per
    if quantity.per in ("week", "day", "hour") or per in _SPANS:
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
    unused = quantity.concept == "budget" and quantity.value < 0 and _UNUSED.search(context.sentence)
    if of_base and "change" in quantity.roles and not unused and not _EXCESS_NOUN.search(context.sentence):
        return False
    if "explicit" in quantity.roles:
        rest = context.role == "excess" and re.match(r"^ (?:was|were|is|are) not\b", context.right)
        right = _OF_AMOUNT.sub("", context.all_right).partition("Q")[0]
        expected = bool(_WAS_EXPECTED.search(right))
        return (context.of == quantity.of or bool(rest)) and expected == ("before" in quantity.roles)
    return (
        not (context.of and quantity.of)
        or context.of == quantity.of
        or ({context.of, quantity.of} == {"expected", "cost"} and "ratio" in quantity.roles)
    )
