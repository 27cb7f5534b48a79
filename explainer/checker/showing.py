"""Does a figure show a value: its size, unit, sign and what is counted?"""

from __future__ import annotations

import re

from explainer.checker.contexts import Context
from explainer.checker.families import NOUN_UNITS, REST, RIGHT_DOWN, RIGHT_UP
from explainer.checker.quantity import Quantity

_FROM_EXPECTED = re.compile(
    r"(?<!than )(?<!than the )(?<!from )(?<!from the )(?<!to )(?<!to the )(?<!over )(?<!over the )(?<!against )(?<!against the )\b(?:expected|usual|normal|baseline) (?:cost|amount|level|spend|figure|value)(?: \w+){0,4}$"
)
UNREAL = re.compile(r"\bwould (?:only )?(?:have (?:been|come out|come in|cost)|be|come out|cost)(?: \w+)?$")
_LOWER = re.compile(
    r"\b(?:less|lower|cheaper|fewer|smaller|below|under|fit\w*|goes|go|covers?|as much as it cost|drop\w*|fell|fall\w*|down|decreas\w*|cut|shr[aiu]nk\w*|reduc\w*|divided|factor|fraction|expected (?:cost|spend|bill|amount|figure|one)? ?(?:is|was|were|would))\b"
)
_MOVED = re.compile(
    r"^ (?:of (?:the |its )*(?:Q\d+ )?)?(?:\w+ )?drivers? (?:has |have )?(?P<verb>raised|lowered|increased|reduced|pushed|pulled|drove|added|cut|saved|dampened|took)\b(?: (?:the |it |cost |costs |bill )*(?:up|down)\b)?"
)
_SIDE_BY = re.compile(
    r"\b(?:(?P<up>over|above|up|higher|past|beyond|ahead)|(?P<down>under|below|down|lower|short|less|cheaper|behind)) by$"
)


def shows(context: Context, quantity: Quantity) -> bool:
    """True where the figure shows this value, in its unit."""
    figure, unit = context.figure, context.figure.unit
    as_told = -1 if UNREAL.search(context.left) else 1
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
    nouns = NOUN_UNITS.get(context.noun)
    if unit == "count":
        if quantity.concept == "driver" and _driver_count(context) != quantity.roles & {"raised", "lowered"}:
            return False
        if "count" in quantity.roles and "rest" in quantity.roles and not REST.search(context.left[-20:]):
            return False
        if quantity.roles == {"count"} and not context.noun and quantity.noun not in context.words:
            return False
        if nouns is not None:
            return quantity.noun in nouns
        if context.noun:
            return (
                context.noun.removesuffix("y") in quantity.name
                or context.noun in quantity.noun
                or context.noun in quantity.concept
                or context.noun in quantity.also
                or f"{context.noun}s" in quantity.also
            )
    return True


def _other_way(context: Context, value: float) -> bool:
    """True where the words beside the figure say the other direction."""
    if side := _SIDE_BY.search(context.left):
        return (value < 0) if side["up"] else (value > 0)
    return bool((RIGHT_UP.match(context.right) and value < 0) or (RIGHT_DOWN.match(context.right) and value > 0))


def _driver_count(context: Context) -> frozenset[str]:
    """Which of the drivers a number of them counts, by the verb after it: those that raised the cost, or lowered it."""
    moved = _MOVED.match(context.all_right)
    if moved is None or re.search(r"\bof(?: the)?$", context.all_left.rstrip()):
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
