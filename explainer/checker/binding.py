"""Is a figure backed? It must show a known value, of the thing and in the role that the words around it give it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from explainer.checker.algebra import follows
from explainer.checker.concepts import COST, concept_of
from explainer.checker.contexts import Context, context_of, spans_of
from explainer.checker.denied_shares import denied_share
from explainer.checker.fact_words import UNTRUSTED
from explainer.checker.families import ABOUT_BEFORE, OCCURS
from explainer.checker.figure_roles import GAP
from explainer.checker.figures import Figure
from explainer.checker.quantities import Known
from explainer.checker.sentence import Sentence
from explainer.checker.showing import shows
from explainer.checker.subjects import Span
from explainer.checker.suiting import suits

_ARROW = re.compile(r"^ (?:->|→)|(?:->|→) *$")
_NEVER = re.compile(r"\b(?:not|never|nowhere near|far from|short of)(?: (?:yet|even|quite|exactly))*$")
_COMPARED = re.compile(
    r"^ (?:as|the|more|less|what|its|their|higher|lower|expected|that|over|of|larger|bigger|dearer|usual|normal)\b"
)
_SET_BESIDE = re.compile(
    rf"\bQ(\d+) (?:(?:[a-z]+|N\d+) ){{1,8}}[,;(] ?(?:(?:but|and|while|now|then|which|it|they|this|each|during|in|the|incident|since|after) ,? ?)*(?:was|were|had been|once|formerly|previously|earlier|used to be|(?<=they )[a-z]+|(?<=each )[a-z]+|(?<=it )[a-z]+)?{ABOUT_BEFORE} *$|"
    rf"\bQ(\d+) (?:[a-z]+ ){{1,5}}(?:,? ?(?:instead of|rather than|against|versus|vs|not|up from|down from|from|where)){ABOUT_BEFORE} *$"
)
_DIFFERENCE = re.compile(rf"{GAP} Q(?P<gap>\d+)")
_FORMULA = re.compile(rf"\bQ\d+(?: [-—–+]? ?Q\d+)+ ={ABOUT_BEFORE} Q\d+")


def figure_faults(sentence: Sentence, known: Known, before: str | None) -> tuple[list[str], str | None]:
    """What is wrong with the figures of a sentence, and what it was about (for the sentence after it)."""
    faults: list[str] = []
    spans = spans_of(sentence, known)
    about = spans[0][2] if spans else before
    if (gap := _DIFFERENCE.search(sentence.text)) and not _is_gap(*(sentence.figures[int(i)] for i in gap.groups())):
        faults.append(f"{sentence.figures[int(gap['gap'])].shown}: the two are another amount apart")
    for index in range(len(sentence.figures)):
        context = context_of(sentence, index, spans, before, known)
        if context is None:
            continue
        if (bounded := denied_share(context, known)) is not None:
            faults += bounded
            continue
        if context.figure.unit == "foreign":
            faults.append(f"{context.figure.shown} is in a currency that no fact has")
        elif not _backed(context, sentence, index, spans, known):
            shown = any(shows(context, q) for q in known.quantities)
            why = "the value belongs to something else than these words say" if shown else "no fact has this value"
            faults.append(f"{context.figure.shown}: {why}")
    return faults, about


def _backed(context: Context, sentence: Sentence, index: int, spans: Sequence[Span], known: Known) -> bool:
    """True where some reading of the figure is right."""
    if _NEVER.search(context.left) and context.figure.unit == "ratio":
        return any(
            _falls_short(context, q.value) and suits(context, q, known) for q in known.quantities if q.unit == "ratio"
        )
    return (
        any(
            shows(reading, q) and suits(reading, q, known)
            for reading in _readings(context, sentence, index, spans, known)
            for q in known.quantities
        )
        or follows(context, sentence, index, known)
        or _adds_up(sentence, index, known)
        or _of_each(sentence, index, known)
        or _quoted(context, known)
        or _bounds_next(context, sentence)
        or _bounds(context, known)
        or _times(context, known)
    )


def _falls_short(context: Context, value: float) -> bool:
    """True where a value is on this side of the multiple that is denied."""
    figure = context.figure
    return value < figure.low if figure.value > 1 else value > figure.high


def _readings(
    context: Context, sentence: Sentence, index: int, spans: Sequence[Span], known: Known
) -> Iterator[Context]:
    """The context as its words say; as one of a pair, before and after; as what stands in the same place of its list."""
    paired = list(_paired(context, sentence))
    if not (paired and _ARROW.search(context.all_right if paired[0].role == "before" else context.all_left)):
        yield context
    yield from paired
    if (first := _SET_BESIDE.search(context.all_left)) and not context.noun:
        other = context_of(sentence, int(first[1] or first[2]), spans, None, known)
        if (
            other is not None
            and other.figure.unit == context.figure.unit
            and context.figure.unit in ("count", "percent")
        ):
            yield replace(context, noun=other.noun, per=other.per, of=context.of or other.of)
    yield from _against_other(context, known)
    unit = context.figure.unit
    alike = [i for i, f in enumerate(sentence.figures) if f.unit == unit]
    measured = {q.concept for q in known.direct if q.unit == unit}
    things = list(dict.fromkeys(c for _, _, c in spans if c in measured))
    sided = context.role.startswith(("before", "after"))
    if len(alike) == len(things) > 1 and not (sided and not all(c.startswith("part:") for c in things)):
        yield replace(context, concept=things[alike.index(index)], role="" if sided else context.role)


_SET_BY = rf"{ABOUT_BEFORE}$"
_AGAINST = re.compile(
    rf"\bQ\d+ ?,? (?:against|versus|vs|compared (?:with|to)){_SET_BY}|"
    rf"\b(?:larger|bigger|greater|smaller|higher|lower|heavier|lighter|more|less|most|least|ahead|leads?|led|largest|biggest|smallest)\b[^;]*\bQ\d+ ?,? (?:to|where|while|, the other(?: (?:one|[a-z]+))?(?: has| had| with)?){_SET_BY}"
)


def _against_other(context: Context, known: Known) -> Iterator[Context]:
    """`of the models, A has the larger part: $5 against $3`: the second is the other one's, where there are two."""
    dimension = next((n.partition(":")[0] for n in known.parts if concept_of(n) == context.concept), "")
    family = [concept_of(n) for n in known.parts if n.partition(":")[0] == dimension]
    others = [c for c in family if c != context.concept]
    if len(family) == 2 and others[0] not in context.concepts and _AGAINST.search(context.all_left.rstrip()):
        yield replace(context, concept=others[0], role="")


_BEFORE_AFTER = re.compile(
    r"\b(?:before|was|prior|previous(?:ly)?|pre|then|old) ?[:=]? Q\d+(?: [a-z]+){0,2} ?[/,;|)]? ?\(? ?(?:and )?(?:after|now|is|post|today|new|since) ?[:=]?$"
)
"""`before 63,650 / after 203k`: the labels of a pair, with `after` that of the second."""


def _paired(context: Context, sentence: Sentence) -> Iterator[Context]:
    """`answers got longer: 985 to 2,699 output tokens`: the first before, the second after, of the same thing."""
    first = re.match(
        r"^ (?:to|->|→|–|—) (?:about |around |some |roughly |now )*Q(\d+)\b(?P<rest>.*)", context.all_right
    )
    if first and sentence.figures[int(first[1])].unit == context.figure.unit:
        noun, per = re.match(r"^ (?:input |output )?(tokens|requests|runs|calls)\b", first["rest"]), context.per
        if noun and not context.noun:
            per = "request" if noun[1] == "tokens" else per
        requests = re.match(r"^ of (?:the |all |its )*(?:requests|calls|traffic)\b", first["rest"])
        yield replace(context, role="before", per=per, of="requests" if requests else context.of)
    elif _BEFORE_AFTER.search(context.all_left.rstrip()) or re.search(
        r"\bQ\d+(?: \w+)? (?:to|->|→|–|—)(?: about| around| some| roughly| now)*$", context.all_left.rstrip()
    ):
        yield replace(context, role="after")


def _adds_up(sentence: Sentence, index: int, known: Known) -> bool:
    """True in `$5 + $3 = $8` that is right and of known values."""
    formula = _FORMULA.search(sentence.text)
    marks = [int(q) for q in re.findall(r"Q(\d+)", formula[0])] if formula else []
    if formula is None or index not in marks:
        return False
    *parts, total = [sentence.figures[i] for i in marks]
    signs = [1, *(-1 if set(gap) & set("-—–") else 1 for gap in re.findall(r"Q\d+ ([-—–+]? ?)(?=Q)", formula[0]))]
    signed = sum(s * (-f.value if f.sign < 0 else f.value) for s, f in zip(signs, parts, strict=True))
    slack = sum(f.step for f in (*parts, total)) / 2
    return abs(signed - total.value) <= slack and all(
        any(q.unit == f.unit and f.fits(q.value) for q in known.quantities) for f in (*parts, total)
    )


def _is_gap(one: Figure, other: Figure, gap: Figure) -> bool:
    """False for what is told as the difference of two amounts and is not."""
    slack = max(gap.value - gap.low, gap.high - gap.value) + sum(
        f.coarse if f.coarse > f.step else f.step / 2 for f in (one, other)
    )
    return len({one.unit, other.unit, gap.unit}) > 1 or abs(abs(one.value - other.value) - gap.value) <= slack


_OF_EACH = re.compile(
    r"\b(?:every|each|for each|for every|per) Q(?P<base>\d+) (?:that (?:was|we) )?(?:expected|budgeted|usual|normal|normally spent)\b[^Q;.]*\bQ(?P<now>\d+)"
)


def _of_each(sentence: Sentence, index: int, known: Known) -> bool:
    """True for two amounts that stand for a ratio of the facts: `every $100 expected became $202`."""
    pair = _OF_EACH.search(sentence.text)
    if pair is None or index not in (int(pair["base"]), int(pair["now"])) or not known.base:
        return False
    base, now = (sentence.figures[int(pair[k])] for k in ("base", "now"))
    ratio = 1 + (known.excess or 0.0) / known.base
    return base.unit == now.unit == "usd" and now.fits(ratio * base.value)


def _bounds_next(context: Context, sentence: Sentence) -> bool:
    """True for a bound with the exact figure right after it, which lies on its side: `more than $5,000 : $44,169`."""
    exact = re.match(r"^ (?::|,|\(|—|–|-)(?: (?:namely|at|exactly|to be exact ,))* Q(\d+)\b", context.all_right)
    figure, after = context.figure, sentence.figures[int(exact[1])] if exact else None
    if after is None or after.unit != figure.unit:
        return False
    above, below = figure.low == figure.value < figure.high, figure.low < figure.value == figure.high
    return (above and after.value > figure.value) or (below and after.value < figure.value)


def _bounds(context: Context, known: Known) -> bool:
    """True for a round amount that is told as a bound of one of the facts' own, which lies on its side."""
    figure = context.figure
    if figure.unit != "usd" or not figure.loose or figure.value >= 100 * figure.coarse:
        return False
    above = figure.low == figure.value
    near = (q for q in known.direct if q.concept == COST and q.unit == "usd" and not q.per and "any" not in q.roles)
    told = [q for q in near if context.role in q.roles and suits(context, q, known)]
    return bool(told) and all((abs(q.value) > figure.value) == above for q in told)


def _times(context: Context, known: Known) -> bool:
    """True where `61 times` says how often something was that a fact counts, `came up twice` how often an incident was."""
    if context.figure.unit == "ratio" and _OCCURS.search(context.left) and not _COMPARED.match(context.right):
        return any(
            "incidents" in q.name and q.unit == "count" and q.value == context.figure.value for q in known.direct
        )
    if context.figure.unit != "ratio" or context.figure.worded or _COMPARED.match(context.right):
        return False
    count = replace(context, figure=replace(context.figure, unit="count"), noun="")
    return any(not q.noun and shows(count, q) and suits(count, q, known) for q in known.direct)


_OCCURS = re.compile(rf"\b{OCCURS}(?: (?:already|only|just|exactly|another|some|about))*$")


def _quoted(context: Context, known: Known) -> bool:
    """True where a fact that is no figure has the number among the same words: `at twice the hourly baseline`."""
    shown, right, left = context.figure.shown.lower(), context.right.split()[:2], context.left.split()[-1:]
    texts = " ".join(f.text for f in known.facts if isinstance(f.value, str) and f.name not in UNTRUSTED).lower()
    after, before = " ".join([shown, *right]).rstrip(" .,"), " ".join([*left, shown])
    return (len(right) == 2 and after in texts) or (bool(left) and left[0].isalpha() and before in texts)


def unbacked(texts: Iterable[str]) -> list[str]:
    """Reasons without repeats, in order."""
    return list(dict.fromkeys(texts))
