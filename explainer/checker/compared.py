"""Which of two is told to be ahead, and of which of two is a multiple told?"""

from __future__ import annotations

import re

from explainer.checker.concepts import COST
from explainer.checker.contexts import Context
from explainer.checker.quantity import Quantity

_LEADS = re.compile(
    r"\b(?:leads?|led|ahead|trails?|lags?|gap|difference|(?:more|less)(?: of the \w+)? than|exceeds?|exceeded|outweighs?|beats?|tops?|(?:larger|smaller)(?! (?:part|share|role|portion|piece|contribution|slice)\b)|above|below|behind|over|under)\b"
)
_AHEAD = r"\b(?:ahead|leads?|led|more|larger|bigger|above|over|beats?|tops?|exceed\w*|outweigh\w*)\b"
_BEHIND = r"\b(?:behind|less|smaller|below|under|trails?|lags?|short of)\b"
_THAN_OTHER = re.compile(
    r"^ (?:ahead of|behind|(?:more|less|larger|smaller|higher|lower) than|above|below) (?:the |that of |region |model |customer |workflow |team )*"
)


def leads_so(context: Context, quantity: Quantity) -> bool:
    """True where the one that is told to be ahead is."""
    either = context.concept in (quantity.concept, *quantity.also)
    both = context.concept == quantity.concept or quantity.concept in context.concepts
    if not (either and both and _LEADS.search(context.sentence)):
        return False
    ahead, behind = re.search(_AHEAD, context.sentence), re.search(_BEHIND, context.sentence)
    told = [c for _, c in context.phrases if c == quantity.concept or c in quantity.also]
    if bool(ahead) == bool(behind) or len(set(told)) < 2:
        return True
    return ((told[0] == quantity.concept) == bool(ahead)) == (quantity.value > 0)


def set_beside_other(context: Context) -> bool:
    """True for a figure that tells how far one is from another: `Q0 ahead of N1`."""
    than = _THAN_OTHER.match(context.right)
    rest = context.right[than.end() :].lstrip('" ') if than else ""
    return bool(than) and any(rest.startswith(phrase) and c != context.concept for phrase, c in context.phrases)


_OF_FORECAST = re.compile(
    r"^ (?:times |of |as (?:much|large|big) as )?(?:what )?(?:the |its )?(?:month[ -]end )?forecast\b"
)
_OF_ACTUAL = re.compile(
    r"^ (?:times )?(?:of )?(?:what|as much as|the (?:actual|real)) ?(?:(?:it|N\d+|this|that) )?(?:did|does|cost\b|costs\b|has cost|actually|really|in fact|came to)"
)


_RATIO_OF_OTHER = re.compile(
    r"\b(?:(?:expected|baseline|usual|normal|planned)(?: cost| spend)?[ -](?:to|over)[ -](?:the )?(?:actual|real|cost|spend)|(?:to|over)[ -](?:the )?(?:budget|forecast)|(?:budget|forecast)[ -](?:to|over)|(?:excess|overspend|difference)(?: cost)?[ -](?:to|over))\b[^Q]*$"
)
"""`the expected-to-actual ratio is Q0`: no ratio of the cost to what was expected."""


def is_turned(context: Context, quantity: Quantity) -> bool:
    """True where a multiple is told of the wrong one of the two: `the budget is 90 % of the forecast`."""
    if quantity.concept == "budget":
        return bool(_OF_FORECAST.match(context.right)) and bool(re.search(r"\bbudget\b", context.left))
    if _RATIO_OF_OTHER.search(context.left):
        return quantity.concept == COST and "inverse" not in quantity.roles
    expected = re.search(r"\b(?:expected|supposed|meant|should|usually|normally|baseline)\b[^,;]*$", context.left)
    return (
        quantity.concept == COST
        and bool(expected and _OF_ACTUAL.match(context.right))
        and "inverse" not in quantity.roles
    )
