"""Can a figure stand for a value: the same size and unit, of the same thing, in the same role?"""

from __future__ import annotations

import re

from explainer.checker.contexts import Context
from explainer.checker.fact_words import named_in
from explainer.checker.families import ABOUT_BEFORE, DIFFERENCE, FALL, RIGHT_DOWN, RIGHT_UP, RISE
from explainer.checker.figure_roles import BY_SO_MUCH
from explainer.checker.measures import is_measured_so
from explainer.checker.quantities import Known
from explainer.checker.quantity import Quantity
from explainer.checker.showing import UNREAL
from explainer.checker.topics import is_of_topic, topics_of

_OF_EXCESS = re.compile(rf"^ (?:total )?(?:{DIFFERENCE}|on top|more than|above|over (?:the|its|what)|additional)\b")
_PRESENT = re.compile(r"^ (?:of [^,;.Q]*? )?(?:is|are|goes|go|comes|come|sits?|fails?|lacks?|miss|misses|makes? up) ")


_MOVED_BY = re.compile(
    rf"\b(?:rose|grew|increased|climbed|jumped|fell|dropped|shrank|(?:went|is|are) (?:up|down)) by\b[^,;]*(?:{ABOUT_BEFORE}|, or{ABOUT_BEFORE})$"
)
_SAYS_MORE = re.compile(rf"\b(?:{DIFFERENCE}|above|over|more|additional|un\w+ed|too much|on top|not|beyond)\b")
_SAYS_SPENT = re.compile(r"\b(?:running|runs|ran|costs?|burn\w*|spend\w*|spent|bill|billed|paid)\b")
_IS_NOW = re.compile(rf"\b(?:is|are|stands at|sits at){ABOUT_BEFORE}$")
_EXCESS_IS = re.compile(rf"\b(?:{RISE}|{FALL}|variance) (?:is|was|of|comes|came)\b[^,;Q]*$")


_ADDS = re.compile(
    r"\b(?:accounts? for|accounted for|explains?|explained|makes? up|made up|contribut\w+|adds?|added|responsible for|brings?|brought|behind|caused?|drives?|drove)(?: (?:about|around|roughly|some|another|a further|further|nearly|almost|just|over|under))*$"
)
_ADDS_TOO = re.compile(
    r"\b(?:accounts? for|accounted for|explains?|explained|makes? up|made up|contributed|adds?|added|brings?|brought)(?= [^;:.(]*Q\d)(?:(?! (?:while|but|whereas|though) )[^;:.(])*(?:,|and|with) [a-z ]+$"
)
_ADDED_BY = re.compile(
    r"^ (?:(?:that|which) )?(?:(?:is|was|were) )?(?:added|contributed|brought|caused) (?:by|through|from)\b"
)
_OF_THE_RISE = re.compile(rf"^ of (?:the |this |that |our )?(?:{RISE})\b")
_AGAINST_IT = re.compile(
    r"\b(?:off|less|lower\w*|minus|negative\w*|against|other way|opposite|sav\w+|reduc\w+|offset\w*|cut\w*|down|decreas\w+|dampen\w*|drop|fell|relief|credit)\b"
)


def _adds(context: Context) -> bool:
    """True where the words say that a part raised the cost."""
    told = (
        _ADDS.search(context.left)
        or _ADDED_BY.match(context.right)
        or _OF_THE_RISE.match(context.right)
        or _ADDS_TOO.search(context.all_left)
    )
    return bool(told) and not _AGAINST_IT.search(context.sentence)


def suits(context: Context, quantity: Quantity, known: Known) -> bool:
    """True where the words around the figure may be said of this value."""
    against = "part" in quantity.roles and quantity.unit == "usd" and quantity.value * (known.excess or 1.0) < 0
    if (against and not context.figure.sign and _adds(context)) or _misses_sum(context, known):
        return False
    return (
        any(is_of_topic(c, quantity, known) for c in topics_of(context, known))
        and (_suits_role(context, quantity, known) or not _rivals(context, quantity, known))
        and is_measured_so(context, quantity)
        and _suits_names(context, quantity, known)
    )


def _rivals(context: Context, quantity: Quantity, known: Known) -> bool:
    """True where another value of the same thing and unit has the role that the words say, or a part went against the
    rest and they do not say so."""
    against = quantity.value * (known.excess or 1.0) < 0
    if "part" in quantity.roles and (UNREAL.search(context.left) or against) and context.role != "excess":
        return True
    return "count" not in quantity.roles and any(
        q.unit == quantity.unit
        and q.concept == quantity.concept
        and q.noun == quantity.noun
        and ("part" in q.roles) == ("part" in quantity.roles)
        and (q.per == quantity.per or not q.per or bool(quantity.noun and not quantity.per))
        and _suits_role(context, q, known)
        for q in known.quantities
        if q.value != quantity.value
    )


def _suits_role(context: Context, quantity: Quantity, known: Known) -> bool:
    role, roles = context.role, quantity.roles
    if context.undone and quantity.concept == "rest":
        return True
    if (
        not role
        and quantity.unit in ("percent", "count")
        and roles & {"before", "after"} == {"before"}
        and not context.figure.sign
        and (_PRESENT.match(context.right) or _IS_NOW.search(context.left))
    ):
        return False
    if (
        not role
        and roles == {"excess", "rate"}
        and _SAYS_SPENT.search(context.all_left)
        and not _SAYS_MORE.search(context.sentence)
    ):
        return False
    if roles == {"ratio"} and quantity.unit == "percent" and _EXCESS_IS.search(context.all_left):
        return False
    if quantity.concept == "budget" and quantity.unit == "percent" and _says_change(context):
        return "change" in roles
    if not role or quantity.concept in ("budget", "forecast") or quantity.unit == "ratio":
        return True
    if role == "excess" and quantity.unit == "percent" and not context.of and _says_change(context):
        return bool(roles & {"change", "excess", "rest"}) or (
            "share" in roles and quantity.of == "excess" and not _MOVED_BY.search(context.all_left.rstrip())
        )
    if role == "sum":
        if "rest" in roles:
            return True
        return bool(roles & {"sum", "total"}) and _adds_up(context, quantity)
    if "any" in roles and quantity.name and named_in(quantity.name, context.words):
        return True
    if role in ("before", "after"):
        if ("any" in roles and not roles & {"before", "after"}) or (role == "after" and "rest" in roles):
            return True
        if roles == {"share"} and role == "before" and _has(known, quantity, "after"):
            return False
        if quantity.unit in ("percent", "points") and not roles & {"before", "after"}:
            return not (context.figure.sign and "ratio" in roles)
        return role in roles
    if role == "total":
        if _OF_EXCESS.match(context.right) or context.concept in known.by_driver:
            return {"excess", "total"} <= roles or "sum" in roles
        return "total" in roles or "after" in roles
    return bool(roles & {"excess", "change", "rest", "ratio", "share", "sum", "lead", "any"}) or (
        quantity.unit in ("percent",) and not roles & {"before", "after"}
    )


def _has(known: Known, quantity: Quantity, role: str) -> bool:
    """True where another value of the same thing, of the same whole, is the one that has a role."""
    return any(
        q.concept == quantity.concept and q.of == quantity.of and q.unit == quantity.unit and role in q.roles
        for q in known.quantities
    )


def _misses_sum(context: Context, known: Known) -> bool:
    """True for what the drivers listed before it are told to make together, and do not."""
    listed = [(phrase, c) for phrase, c in context.phrases if c in known.by_driver and phrase in context.left]
    if len(listed) > 1 and context.figure.unit == "usd" and "Q" not in context.all_left:
        joined = rf"\b{re.escape(listed[-2][0])},? and (?:the |a |more |higher |longer )*{re.escape(listed[-1][0])} (?:together |both |jointly )*(?:add|bring|brought|make|made|account|explain|contribut)\w*(?: up| for| to)?{ABOUT_BEFORE}$"
        if re.search(joined, context.left) and not re.search(r"\beach\b", context.sentence):
            return not context.figure.fits(sum(known.by_driver[c] for c in {c for _, c in listed}))
    told = context.concepts & known.by_driver.keys() if context.role == "sum" and context.figure.unit == "usd" else ()
    shown = len(re.findall(r"\bQ\d", context.all_left)) >= len(told) >= 2
    return shown and not context.figure.fits(sum(known.by_driver[c] for c in told))


def _says_change(context: Context) -> bool:
    """True where the words say how much more or less, not a part or a multiple."""
    return bool(
        context.figure.sign
        or RIGHT_UP.match(context.right)
        or RIGHT_DOWN.match(context.right)
        or BY_SO_MUCH.search(context.all_left.rstrip())
        or re.search(
            r"\b(?:(?<!used )(?<!eaten )up|down|by|rose|fell|grew|dropped|increased|climbed|higher|lower)$",
            context.left,
        )
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
