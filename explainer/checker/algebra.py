"""What follows from two values of the facts that a sentence tells or names: averages, shares, ratios, differences, sums."""

from __future__ import annotations

import re
from collections.abc import Iterable

from explainer.checker.concepts import COST, concepts_in
from explainer.checker.contexts import Context
from explainer.checker.fact_words import named_in, own_words_of, says_own
from explainer.checker.families import DIFFERENCE, RISE
from explainer.checker.measures import PART, SPENT_TOLD, is_other_part
from explainer.checker.quantities import Known
from explainer.checker.quantity import Quantity
from explainer.checker.sentence import Sentence

_ROLE_WORDS = {
    "before": r"\b(?:expect\w*|usual\w*|normal\w*|baseline|norm|anyway|regardless|in any case)\b",
    "excess": rf"\b(?:{DIFFERENCE}|overspen\w+|over|above|shortfall)\b",
    "after": r"\b(?:spent|spend\w*|bill|billed|costs?|paid|total|actual|outlay|incident|used)\b",
}
_WHOLE = re.compile(
    r"^ (?:or so )?(?:out )?of (?:the |its |that |this |those |a total of |all |total |about |some )*Q(\d+)\b"
)
_EACH = re.compile(
    r"\b(?:each|apiece|a piece|per head|on average|averag\w+|(?:an?|one|each|every)(?: single| average)?(?: one| \w+)?(?: now| then)? costs?|spread (?:over|across)|divided)\b"
)
_CHANGE = re.compile(
    r"^ (?:\w+ )?(?:more|less|higher|lower|above|over|below|under|up|down|dearer|cheaper|larger|smaller)\b"
)
_LEFT = re.compile(
    r"\b(?:left|between|past|over(?:shot|ran|shoot\w*)|passed|leav\w+|remain\w*|after|minus|less|net|without|more|difference|gap|above|below|under|over|beyond|short|missing|headroom|room|larger|smaller|bigger|ahead|behind|beats?|exceed\w*|outweigh\w*|further|apart|lead\w*|higher|lower|fewer|rest|other|brings?|brought|reduc\w+|cuts?|lowers?|shrinks?|still)\b"
)
_SUMS = re.compile(r"\b(?:together|both|combined|sum\w*|total\w*|adds? up|and|plus|between them|jointly|in all)\b")
_UNEXPECTED = re.compile(
    r"\b(?:was|were|is|are|had been) (?:not|never|un)(?:\b| ?)(?:expected|planned|foreseen|usual|normal)"
    r"|\b(?:is|are|was|were|lies?|lay|sits?|goes|went|comes?|came) (?:\w+ )?(?:above|over|beyond|on top|in excess|excess|extra|unexpected)\b"
)
_SAYS_EXCESS = re.compile(rf"\b(?:{DIFFERENCE})\b[^,;Q]*$")
_BY_INCIDENT = re.compile(r"\b(?:incident|excess|forecast|by it|by this|N\d+)\b")
_OF_WHOLE = re.compile(r"^ of (?:the |its |this |our )?(?:[\w']+ )?(?:credit|commitment|budget)\b")
_OF_BASE = re.compile(r"^ (?:of )?(?:the |its )?(?:whole |entire )?(?:expected|usual|normal) (?:cost|bill)\b")
_SAYS = re.compile(r"(?<!per )\b(\w+) (?:of|is|was|:)$")
_GREW = re.compile(r"(?:doubl|tripl|trebl|quadrupl|quintupl|halv)")
"""A multiple of what the thing itself was before, not of another."""
_CLOSE = 1.6


def follows(context: Context, sentence: Sentence, index: int, known: Known) -> bool:
    """True where the figure is what two told values of the facts make together."""
    figure = context.figure
    if figure.low > 0 and figure.high > _CLOSE * figure.low and not figure.worded:
        return False
    if (said := _SAYS.search(context.left)) and any(says_own(q.name, said[1]) for q in known.direct):
        return False
    return any(figure.fits(value) for value in _values(context, sentence, index, known))


def _values(context: Context, sentence: Sentence, index: int, known: Known) -> Iterable[float]:
    told = [q for q in known.direct if _shown(q, sentence, index) or _named(q, context, known)]
    unit = context.figure.unit
    if any("any" in q.roles for q in told) and not re.search(
        rf"\b(?:{RISE})\b", context.sentence
    ):  # what is set against another amount is the cost, where nothing else is
        told += [q for q in known.direct if q.name == "cost_actual" and q not in told]
    if re.search(r"\baverage\b", context.sentence):
        told += [q for q in known.quantities if "rate" in q.roles and q.per in context.words]
    if unit == "usd":
        yield from _averages(context, sentence, index, known)
        part = re.match(r"^ of (?:the |its |all )*(?:cost|spend|bill|excess)\b", context.right) or _WHOLE.match(
            context.all_right
        )
        shares = [
            q for q in told if q.unit == "percent" and "part" not in q.roles and (part or _shown(q, sentence, index))
        ]
        yield from _of_named(context, known)
        pool, carried = known.number("pool_cost"), known.number("pool_share_after")
        carries = (known.text("team") or "-").lower() in context.words or re.search(
            r"\b(?:carr|bear|bore|share|pays?\b|paid|stand|account|make)", context.left
        )
        named = context.words & {"pool", (known.text("pool") or "pool").lower()}
        if pool and carried and carries and context.role not in ("before", "excess") and named:
            others = _REST.search(context.left) or _REST.match(context.right)
            yield (100 - carried if others else carried) * pool / 100
        shown = [q for q in shares if _shown(q, sentence, index)]
        yield from (*_of_shares(shares, told), *_of_shares(shown, known.direct))
    if unit == "ratio" and known.base and _SAYS_EXCESS.search(context.left) and _OF_BASE.match(context.right):
        yield abs(known.excess or 0.0) / known.base
    if unit == "count" and context.per == "run":
        counts = {q.noun: q.value for q in known.direct if "after" in q.roles and q.noun in ("requests", "runs")}
        if counts.get("runs") and "requests" in counts:
            yield counts["requests"] / counts["runs"]
    if unit == "count":
        yield from _of_requests(context, sentence, index, known)
    whole = _WHOLE.match(context.all_right)
    yield from _of_another(context, known)
    if unit == "ratio" and _GREW.match(context.figure.shown.lower()):
        return
    for a in told:
        for b in told:
            if a is b or "part" in b.roles or _related(a, b) or a.unit != b.unit or a.noun != b.noun or not b.value:
                continue
            if unit == "ratio" or (unit == "percent" and a.unit != "percent"):
                if whole and not sentence.figures[int(whole[1])].fits(b.value):
                    continue
                if not whole and (
                    (_pair(a, b) and not (context.of == "cost" and "before" in a.roles))
                    or (
                        context.of and not _is_whole(b, context.of) and ("any" not in b.roles or context.of == "budget")
                    )
                ):
                    continue
                if is_other_part(context, a) or (PART.search(b.name) and _OF_WHOLE.match(context.right)):
                    continue
                monthly = b.name == "budget" and a.name != "month_to_date" and "month_to_date" in known.by_name
                if monthly and SPENT_TOLD.match(context.all_right) and not _BY_INCIDENT.search(context.sentence):
                    continue
                if not _as_subject(a, context) or ("before" in a.roles and _UNEXPECTED.search(context.right)):
                    continue
                opposite = {"before": "after" in b.roles, "excess": "before" in a.roles}
                if unit == "percent" and opposite.get(context.role) and not (whole and context.role in a.roles):
                    continue
                if "part" in a.roles and (a.concept != context.concept or not (whole or context.of)):
                    continue
                ratio = a.value / b.value
                yield ratio if unit == "ratio" else 100 * (ratio - 1 if _CHANGE.match(context.right) else ratio)
            if unit == ("points" if a.unit == "percent" else a.unit) and not _pair(a, b) and not _apart(a, b):
                gone = {a.name, b.name} == {"budget", "month_to_date"} and SPENT_TOLD.match(context.all_right)
                if a.value > b.value and _LEFT.search(context.sentence) and not gone:
                    yield a.value - b.value
                if _SUMS.search(context.sentence) and a.unit != "percent":
                    yield a.value + b.value


def _of_another(context: Context, known: Known) -> Iterable[float]:
    """A driver as a share or a multiple of another: `less than half of what volume adds`."""
    what = re.match(r"^ (?:of |as much as )?what (?:the )?", context.right)
    mine, other = concepts_in(context.all_left)[-1:], concepts_in(context.right)[:1]
    if what is None or not mine or not other or other[0][0] != what.end():
        return
    a, b = known.by_driver.get(mine[0][2]), known.by_driver.get(other[0][2])
    if a is not None and b:
        yield a / b if context.figure.unit == "ratio" else 100 * a / b


def _averages(context: Context, sentence: Sentence, index: int, known: Known) -> Iterable[float]:
    """An amount per request, run, user and whatever else is counted, in the role that is told."""
    per = context.per or next((c[9:] for c in (context.concept or "",) if c.startswith("cost_per_")), "")
    if not per and (
        named := re.search(
            r"\b(?:cost|spend|bill|excess|overspend)s? per ([a-z]+)(?: now| then)?(?: is| was| :)?$", context.left
        )
    ):
        per = named[1]
    every = bool(_EACH.search(context.sentence))
    if (every or per) and context.role in ("", "excess"):
        yield from _of_listed(context, sentence, index, per, known)
    for count in known.direct:
        if count.unit != "count" or not count.value or "per_" in count.name or "max_" in count.name:
            continue
        if not (
            (per and per in count.name.rpartition(":")[2]) or (every and not per and _shown(count, sentence, index))
        ):
            continue
        role = context.role if context.role in ("before", "excess") else "after"
        if ("before" in count.roles) != (role == "before") and "any" not in count.roles:
            continue
        for amount in known.direct:
            if amount.unit == "usd" and amount.concept == COST and role in amount.roles and "any" not in amount.roles:
                yield amount.value / count.value


def _of_listed(context: Context, sentence: Sentence, index: int, per: str, known: Known) -> Iterable[float]:
    """The average part of the excess of those that the facts list: `each of the four customers adds Q0`."""
    words = {word.removesuffix("s") for word in context.words}
    for family in {n.partition(":")[0].rpartition("_")[2] for n in known.parts if n.startswith("excess_by_")}:
        for count in known.quantities:
            listed = count.noun == f"{family}s" and count.roles == {"count"} and count.value and family in words
            if listed and (per == family or (not per and _shown(count, sentence, index))):
                yield (known.excess or 0.0) / count.value


def _of_requests(context: Context, sentence: Sentence, index: int, known: Known) -> Iterable[float]:
    """How many of the requests a share of them is, where their number is shown."""
    for share in known.direct:
        for whole in known.direct:
            alike = share.of == "requests" and whole.noun == "requests" and share.roles <= whole.roles
            counted = context.noun == "request" or _shown(whole, sentence, index)
            if alike and share.concept in context.concepts and counted:
                yield share.value * whole.value / 100


def _of_shares(shares: list[Quantity], told: list[Quantity]) -> Iterable[float]:
    """The amount that a share of a whole is."""
    for share in (s for s in shares if "change" not in s.roles):
        for whole in told:
            if whole.unit == "usd" and share.of and _is_whole(whole, share.of):
                yield share.value * whole.value / 100


_REST = re.compile(r"\b(?:others?|rest|remaining|remainder|everyone else)\b")


def _of_named(context: Context, known: Known) -> Iterable[float]:
    """The amount of the whole cost that a named one has by its share, and what all others have."""
    actual = known.number("cost_actual") or 0.0
    for share in known.direct:
        if (
            share.unit != "percent"
            or share.of != "cost"
            or not share.name.startswith("top_")
            or context.role == "excess"
        ):
            continue
        named = share.also & context.words & set(known.names)
        if named and not _REST.search(context.left + context.right):
            yield share.value * actual / 100
        kind = share.name.split("_")[1]
        if _REST.search(context.left + context.right) and (named or f"{kind}s" in context.words):
            yield (100 - share.value) * actual / 100


def _is_whole(quantity: Quantity, of: str) -> bool:
    """True for the amount that shares of `of` are taken of."""
    roles = {"excess": "excess", "cost": "after", "expected": "before", "budget": "budget"}
    if of in ("budget", "pool"):
        return quantity.name == {"budget": "budget", "pool": "pool_cost"}[of]
    return quantity.concept == COST and "any" not in quantity.roles and roles.get(of, "-") in quantity.roles


def _as_subject(quantity: Quantity, context: Context) -> bool:
    """False where what stands before a share names another of the cost now, the expected one and the excess."""
    beside = context.left if context.left.strip() else context.right
    told = [role for role, words in _ROLE_WORDS.items() if re.search(words, beside)]
    return quantity.concept != COST or "any" in quantity.roles or not told or bool(quantity.roles & set(told))


def _pair(a: Quantity, b: Quantity) -> bool:
    """True for two of the cost now, the expected one and the excess, which have rules of their own."""
    return {q.concept for q in (a, b)} == {COST} and not any("any" in q.roles for q in (a, b))


def _apart(a: Quantity, b: Quantity) -> bool:
    """True for two of which no more follows than a share: a part, and the difference with the budget."""
    return "part" in a.roles or {a.name, b.name} == {"excess", "budget"}


def _related(a: Quantity, b: Quantity) -> bool:
    """True for two parts, or a thing before and after: what they make together is known."""
    if a.name.rpartition("_")[0] == b.name.rpartition("_")[0] not in ("", "cost"):
        return True
    return all("part" in q.roles for q in (a, b))


def _shown(quantity: Quantity, sentence: Sentence, index: int) -> bool:
    """True where another figure of the sentence shows the value."""
    return any(
        f.unit == quantity.unit and f.fits(quantity.value) and not (f.worded and f.unit == "percent")
        for i, f in enumerate(sentence.figures)
        if i != index
    )


def _named(quantity: Quantity, context: Context, known: Known) -> bool:
    """True where the sentence has the words of the value's fact."""
    if quantity.also & context.words & set(known.names) and "any" in quantity.roles:
        return True
    if "part" in quantity.roles or quantity.name.endswith(("_share", "_share_after")):
        top = quantity.name.startswith("top_") and bool(quantity.also & context.words & set(known.names))
        return top or quantity.concept in context.concepts
    if quantity.concept == COST and "any" not in quantity.roles and quantity.unit == "usd":
        return any(re.search(words, context.sentence) for r, words in _ROLE_WORDS.items() if r in quantity.roles)
    if quantity.also & context.words & set(known.names):
        return True
    if "any" in quantity.roles and len(own_words_of(quantity) & context.words) >= 2:
        return True
    unspent = {"far"} if context.words & {"left", "remains", "remain", "remaining"} else set()
    return named_in(quantity.name, context.words | unspent)
