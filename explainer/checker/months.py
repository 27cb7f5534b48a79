"""Which of a month's amounts do the words tell: what it has cost, what is still to come, where it ends, its budget?"""

from __future__ import annotations

import re

from explainer.checker.budgets import LIMIT
from explainer.checker.contexts import Context
from explainer.checker.families import ABOUT_BEFORE, RISE
from explainer.checker.quantities import Known
from explainer.checker.quantity import Quantity
from explainer.checker.rests import is_raised

_OF_MONTH = ("month_end_forecast", "month_to_date", "month_to_come", "forecast_without_incident")
_MORE_TO_COME = re.compile(
    rf"\b(?:another|an? (?:further|additional|extra|more)|further|to (?:go|come)(?: is| are| :)?|yet to come(?: is| :)?|(?:rest|remainder) of the month(?: \w+){{0,4}}?|remaining (?:days|D\d+)(?: \w+){{0,5}}?){ABOUT_BEFORE}$"
)
_COMES_YET = re.compile(
    r"^ (?:(?:more|further)(?! than)|on top(?! of)|(?:is|are|was) (?:still |yet |left )?(?:(?:forecast|expected|projected) )?to (?:come|follow|be (?:spent|added)|go)|(?:still |yet )?to (?:come|go|follow)|(?:in|over|for|during|by) the (?:rest|remaining|remainder|days left|last))\b"
)


def _is_to_come(context: Context) -> bool:
    """True where an amount is told as what the rest of the month adds."""
    return bool(_MORE_TO_COME.search(context.left) or _COMES_YET.match(context.right))


_RAISED_BY = re.compile(
    rf"\b(?:incident|it|this|excess|spike|rise)\b[^;Q]* (?:adds?|added|puts?|brings?|brought){ABOUT_BEFORE}$"
)
_TO_FORECAST = re.compile(r"^ (?:to|on|onto) (?:the |this )?(?:month's |month[ -]end )?(?:month[ -]end |forecast)")
_STANDS_AT = re.compile(
    rf"\bmonth's (?:bill|costs?|spend|spending|total) (?:now |currently |already )?(?:stands at|is at|has reached|runs to){ABOUT_BEFORE}$"
)


def is_of_month(context: Context, quantity: Quantity) -> bool:
    """True for what is still to come of a month, and for a budget that is told as its limit alone: `within its Q0`."""
    if quantity.name == "month_to_come":
        return bool(re.search(r"\b(?:month|forecast|T\d)\b", context.sentence))
    if quantity.name == "month_raised":
        return bool(_RAISED_BY.search(context.left) and _TO_FORECAST.match(context.right))
    if quantity.name == "month_to_date" and _STANDS_AT.search(context.left):
        return True
    limit = LIMIT.search(context.all_left.rstrip())
    return bool(limit) and context.concept == "forecast" and quantity.name == "budget"


def is_other_of_month(context: Context, quantity: Quantity, known: Known) -> bool:
    """True where the words tell another of the month's amounts than this one."""
    if quantity.name in _OF_MONTH and (quantity.name == "month_to_come") != _is_to_come(context):
        return True
    if quantity.name == "month_raised":
        return not is_of_month(context, quantity)
    if quantity.concept == "budget" and "forecast" in quantity.also:
        of_excess = quantity.unit == "percent" and re.search(rf"\b(?:{RISE})\b", context.left)
        return bool(_TO_FORECAST.match(context.right) or (of_excess and "forecast" not in context.concepts))
    if quantity.name != "month_end_forecast":
        return False
    limit = LIMIT.search(context.all_left.rstrip()) and "budget" in known.by_name
    if limit and "budget" not in context.sentence:
        return True
    return "forecast_without_incident" in known.by_name and is_raised(context)
