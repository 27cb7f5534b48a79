"""What do the words around a figure say of it: what it is about, per what, of what, in which role?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from explainer.checker.concepts import concepts_in
from explainer.checker.families import ABOUT, ABOUT_BEFORE, RISE, SUCCEEDED, SUCCEEDED_TOO
from explainer.checker.figure_roles import only_numbers, role_in
from explainer.checker.figures import QUALIFIER, Figure
from explainer.checker.quantities import Known
from explainer.checker.rates import OF_WHOLE_TIME, per_before, per_counted, per_of
from explainer.checker.sentence import Sentence, label_of
from explainer.checker.subjects import Span, listed_subject, subject_of

_PHRASAL = re.compile(
    r"(?:went|going|gone|goes|moved|rose|grew|came|climbed|adds?|added|adding|summ?(?:s|ed|ing)?|totals?|jumped|shot|move|ran|runs) up to ?$|\b(?:spread|divided|distributed) over ?$|\bQ\d+ (?:over|above|under|below|more than|less than|fewer than)$"
)
_QUALIFIER = re.compile(rf"(?<![\w-]){QUALIFIER}(?:an? )?$")
_BOUND = re.compile(r"[;()\[\]—–]")
_OF = re.compile(
    r"^ ?(?:(?:share |part )?of |(?=(?:the|its|our|this|that) (?!same\b|time\b)))(?:(?:the|its|this|that|all|their|a|an|normal|entire|team|month's|N\d+ 's|N\d+) )*(?P<what>[a-z'-]+)(?: (?P<next>[a-z'-]+))?"
)
_OF_START = re.compile(r"^(?:and )?of (?:the|its|this|that) (?P<what>[a-z'-]+)(?: (?P<next>[a-z'-]+))?[^Q]*$")
_OF_WORDS = {
    **dict.fromkeys(
        ("excess", "rise", "increase", "difference", "jump", "growth", "extra", "overspend", "change", "drop", "fall", "decrease", "spike", "surge", "gap", "additional", "decline", "climb", "delta", "reduction", "saving", "uplift"),
        "excess",
    ),
    **dict.fromkeys(("budget", "budgets", "allowance"), "budget"),
    **dict.fromkeys(("requests", "calls", "traffic"), "requests"),
    **{word: word for word in ("pool", "credit", "commitment")},
    **dict.fromkeys(("cost", "costs", "total", "whole", "spend", "spending", "bill", "money", "feature's"), "cost"),
    **dict.fromkeys(("former", "previous", "earlier", "old", "original", "prior"), "before"),
    **dict.fromkeys(("expected", "baseline", "normal", "usual"), "expected"),
}  # fmt: skip


_NO_WHOLE = ("it", "that", "this", "these", "those", "them", "is", "are", "was", "were", "comes", "came", "goes", "due")
_EVERYTHING_SPENT = re.compile(
    r"^ ?of (?:everything|all) (?:that |which )?(?:(?:the |its |this |our )?(?:[a-z]+ |N\d+ ){1,4}?(?:has |had |have )?(?:cost|costs|spent|spends|paid|used)|(?:was|were|is|has been) (?:spent|paid|billed|charged))\b"
)


_NOUN = re.compile(
    r"^[ -]?(?:more |fewer |extra |additional |failed |input |output |model |of |affected )*(?:calling |owning )?(?P<noun>tokens?|requests?|calls?|runs?|executions?|teams?|models?|features?|drivers?|effects?|factors?|contributors?|components?|releases?|users?|customers?|errors?|hours?|days?|minutes?|seconds?|weeks?|months?|years?|retries|workflows?|regions?|providers?|environments?|"
    r"words?|characters?|pages?|messages?|lines?|bytes?|files?|documents?|tickets?|sessions?|conversations?|emails?|invoices?|orders?|jobs?|agents?|people|seats?|licen[cs]es?|machines?|servers?|gpus?)\b"
)
_BRACKETED = re.compile(
    r"(?<!per )\b(?P<noun>(?![a-z]+ed\b)[a-z]{3,})(?: (?:is |are |was |were )?(?:affected|active|concerned))?(?: : (?:\" )?N\d+(?: \")?)? \( (?:all |one |of |out of |n = |in all |in total |total )*$"
)
"""`every team (5)`, `top customer: oakline (of 60)`: a count in brackets is of the noun before them."""
_NUMBER_OF = re.compile(
    r"\bnumber of (?:\w+ )?(?P<noun>users|customers|people|teams|models|seats|tickets|sessions)\b[^;:Q]*(?: :)? ?$"
)
_DID_TIMES = re.compile(r"\b(ran|runs?|executed|called|invoked|requested)\b")
_APPOSED = re.compile(
    r"\bQ(?P<first>\d+)\b(?P<rest>[^;:.Q]*?,? ?(?:\(|,|or|i\.e\.?|that is|which is|about|roughly|making|some|an average of|on average|around|over|per|:|=|—|–| )*)$"
)
_CONTRAST = re.compile(
    r"\b(?:instead of|rather than|against|versus|vs|not|than(?! (?:(?:was|it|we|its|had|been|the|what) )*(?:expect|usual|normal|plan|baseline))|up from|down from)\b"
)
_UNDONE = re.compile(
    r"(?:^|, |; |: )(?:had|without|if not for|but for|(?:if it )?(?:were|was) (?:it )?not for|if it had not been for|excluding|leaving (?:the |this |that )?(?:\w+ )?(?:out|aside)|setting aside|not counting|disregarding|apart from|except for|take away|ignoring)\b[^;.]*\b(?:would|had|could|is|are|was|were|fell|rose|drops?|dropped|costs?)\b|\bwould (?:have|be|still)\b[^;.]*\b(?:without|had it not|but for|if not for)\b"
)
ASIDE = re.compile(r", which (?!would\b)\w+(?: \w+){0,3}$")
"""A clause that says what really was, amid what would be: `without volume, which added Q0, ...`."""
_WITHOUT_EXCESS = re.compile(
    rf"\b(?:without|but for|if not for|excluding|had it not been for) (?:the |this |that |its |any )?(?:\w+ )?(?:{RISE}|incident)\b"
)
_FACTOR = re.compile(
    rf"(?:\b(?:factor of|multiplied by)|\b(?:ratio|multiple|multiplier|factor|actual ?/ ?(?:expected|baseline))(?: (?:vs|versus|against|over|to) (?:the |its )?(?:baseline|expected|expectation|norm|usual)(?: cost)?)?(?: of [a-z]+ (?:cost |spend )?(?:to|over|and) [a-z]+(?: cost| spend)?)?(?: (?:now|then|is|was|of|at|stands at|comes to|came to|works out at|reached|:|=))*){ABOUT_BEFORE}$"
)
_WHAT_OVER = re.compile(
    r"^[^Q]*?\bwhat (?:(?!\bcosts? (?:was|were|is|are)\b)[^Q,;])*\b(?:over|above|beyond|more than|extra|too much|in excess)\b"
)
_WHAT_EXPECTED = re.compile(
    r"^[^Q]*?\bwhat (?:(?!spent\b|costs?\b|paid\b|billed\b)\w+ ){0,3}(?:expected|normal|usual|baseline)"
)
_WHAT_IS_UNDONE = re.compile(
    r"(?:^|, |; |: )(?:without|but for|if not for|had)\b(?:(?! (?:would|could|is|was|were|are) )[^,;])*$"
)
_MORE_OR_LESS = re.compile(r"^ (?:more|greater|less|lower|higher|smaller|larger|cheaper|dearer)\b")


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
    inherited: bool = False
    """Its sentence names nothing: what it is about comes from the sentence before."""
    all_left: str = ""
    all_right: str = ""
    """All of the sentence before and after the figure."""
    phrases: tuple[tuple[str, str], ...] = ()
    """The phrases of the sentence, with what they name."""
    shown_sums: tuple[float, ...] = ()
    """Sums and differences of the other figures of its unit, as the sentence shows them."""


def spans_of(sentence: Sentence, known: Known) -> list[Span]:
    """The phrases of a sentence that say what it is about, names of parts and of switches to a model among them."""
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
    if "model_mix" in known.drivers:
        moves = re.finditer(
            r"\b(?:switch|move|shift|migration|change) (?:to|from|away from|towards) N\d+", sentence.text
        )
        spans += [(m.start(), m.end(), "model_mix") for m in moves]
    return sorted(spans)


def context_of(
    sentence: Sentence, index: int, spans: Sequence[Span], before: str | None, known: Known
) -> Context | None:
    """What the words around a figure of a sentence say of it; None for a number that measures nothing."""
    text = sentence.text
    at = re.search(rf"\bQ{index}\b", text)
    if at is None or only_numbers(sentence.figures[index], text[: at.start()], text[at.end() :]):
        return None
    figure, left_all, right_all = sentence.figures[index], text[: at.start()], text[at.end() :]
    left, right = _clause(left_all, right_all)
    if figure.unit == "count" and _FACTOR.search(left_all.rstrip()):
        figure = replace(figure, unit="ratio")
    qualifier = _QUALIFIER.search(left + " ")
    if qualifier and not _PHRASAL.search(left) and not left_all.rstrip().endswith(":"):
        figure = figure.qualified(qualifier["qual"].strip())
        left_all = left_all.rstrip()[: qualifier.start() - len(left) or None].rstrip()
        left = left[: qualifier.start()].rstrip()
    if figure.unit == "percent" and (SUCCEEDED.match(right) or SUCCEEDED_TOO.search(left_all.rstrip())):
        figure = replace(figure, value=100 - figure.value, low=100 - figure.high, high=100 - figure.low)
    if figure.unit == "ratio" and not figure.worded and figure.value >= 50 and (did := _DID_TIMES.search(left_all)):
        what = "runs" if did[1].startswith(("ra", "ru", "ex")) else "requests"
        figure, right = replace(figure, unit="count"), f" {what}{right}"
    own_per = per_of(sentence, right_all, left) or per_counted(right_all, left_all, known)
    noun = _NOUN.match(right)
    if not noun and figure.bare and right_all.startswith(" )") and (noun := _BRACKETED.search(left_all)):
        own_per = ""
    if not noun and figure.bare:
        noun = _NUMBER_OF.search(left_all)
    begin, end = left_all.rfind(";") + 1, right_all.find(";")
    clause = text[begin : at.end() + end if end >= 0 else None]
    undone = bool(_UNDONE.search(clause)) and not ASIDE.search(left_all.rstrip()) and not _WITHOUT_EXCESS.search(text)
    return Context(
        figure,
        left,
        right,
        listed_subject(sentence, index, spans) or subject_of(text, at, spans, before, versus=figure.unit == "ratio"),
        _role(sentence, figure, left, right, left_all, right_all, rated=bool(own_per)),
        _whole(left, right, left_all, right_all, sentence, known) if figure.unit == "percent" else "",
        _counted(noun["noun"]) if noun else "",
        own_per or per_before(sentence, text[: at.start()].rstrip(), right_all),
        text,
        frozenset(re.findall(r"[a-z][a-z'-]+", text)) | frozenset(sentence.names) | _spans_told(sentence),
        frozenset(c for _, _, c in spans) or frozenset({before} if before and _UNDONE.search(text) else ()),
        undone and not _WHAT_IS_UNDONE.search(left_all) and not _MORE_OR_LESS.match(right),
        not spans,
        left_all,
        right_all,
        tuple((text[start:end], concept) for start, end, concept in spans),
        _shown_sums(sentence, index),
    )


def _clause(left_all: str, right_all: str) -> tuple[str, str]:
    """The words left and right of a figure up to the next figure, bracket or semicolon."""
    bracketed = re.search(r"(?:^|[,;:] |\b(?:than|and|but|while) )(?P<words>[^,;:(]*) \( $", left_all)
    right = re.split(r"\bQ\d+\b", _BOUND.split(right_all)[0])[0]
    if bracketed and "Q" not in bracketed["words"] and right_all.startswith(" )"):
        return bracketed["words"], right
    return label_of(re.split(r"\bQ\d+\b", _BOUND.split(left_all)[-1])[-1].rstrip()), right


def _role(
    sentence: Sentence, figure: Figure, left: str, right: str, left_all: str, right_all: str, *, rated: bool
) -> str:
    """The role of a figure; a rate that is told beside an amount has that amount's, and an amount of all the time that
    of the rate beside it."""
    of_all = OF_WHOLE_TIME.match(right) and re.search(r"(?:^| )[,(:=]$|\b(?:so|or|making|i\.e\.?)$", left)
    first = _APPOSED.search(left_all) if (rated or of_all) and figure.unit == "usd" else None
    if first is None or sentence.figures[int(first["first"])].unit != "usd" or _CONTRAST.search(first["rest"]):
        return role_in(left, right, left_all, right_all, figure)
    first_left, first_right = left_all[: first.start()], left_all[first.end() - len(first["rest"]) :]
    return role_in(re.split(r"\bQ\d+\b", first_left)[-1].rstrip(), first_right, first_left, first_right, figure)


_OF_AMOUNT = re.compile(
    rf"^ (?:or so )?(?:out )?of (?:the |its |that |this |our |a |actual |total |whole )*{ABOUT}Q(?P<whole>\d+)\b"
)
_AMOUNT_FIRST = re.compile(
    rf"(?:^|[,;:] )(?:out )?of (?:the |its |that |this |our |a |actual |total |whole )*{ABOUT}Q(?P<whole>\d+)\b[^Q;:]*,{ABOUT_BEFORE}$"
)


def _whole(left: str, right: str, left_all: str, right_all: str, sentence: Sentence, known: Known) -> str:
    """What a percentage is told to be of: the excess, the cost, the budget, requests, a pool."""
    if (amount := _OF_AMOUNT.match(right_all) or _AMOUNT_FIRST.search(left_all.rstrip())) is not None:
        whole = sentence.figures[int(amount["whole"])]
        sizes = {"cost": known.number("cost_actual"), "excess": known.excess, "expected": known.base}
        fits = [of for of, size in sizes.items() if size is not None and whole.unit == "usd" and whole.fits(size)]
        if len(fits) == 1:
            return fits[0]
    of = _OF.match(right) or _OF_START.match(left)
    if of is None:
        named = re.match(r"^ ?of (?:the |its )?(?:pool )?N(\d+)\b(?! 's)", right)
        pool = (known.text("pool") or "").lower()
        return "pool" if named and sentence.names[int(named[1])] == pool else ""
    if of["what"] == "what":
        return "excess" if _WHAT_OVER.match(right) else "expected" if _WHAT_EXPECTED.match(right) else "cost"
    if of["what"] in ("everything", "all"):
        return "cost" if _EVERYTHING_SPENT.match(right) else ""
    if of["what"] in ("total", "whole") and of["next"] in _OF_WORDS:
        return _OF_WORDS[of["next"]]
    told = (of["what"],) if of["what"] in _NO_WHOLE else (of["what"], of["next"])
    return next((_OF_WORDS[w] for w in told if w in _OF_WORDS), "")


def _spans_told(sentence: Sentence) -> frozenset[str]:
    """The words of the units in which the sentence tells durations, and of its days."""
    days = frozenset(m.shown.lower().split()[0] for m in sentence.moments if m.relative)
    return days | frozenset({"h": "hour", "d": "day", "w": "week"}.get(d.unit, "") for d in sentence.durations)


def _shown_sums(sentence: Sentence, index: int) -> tuple[float, ...]:
    """All others of its unit together, and the differences of two of them."""
    unit = sentence.figures[index].unit
    others = [f.value for i, f in enumerate(sentence.figures) if i != index and f.unit == unit][:12]
    differences = [abs(a - b) for i, a in enumerate(others) for b in others[i + 1 :]]
    return (sum(others), *differences, *(sum(others[:n]) for n in range(2, len(others)))) if len(others) > 1 else ()


def _counted(noun: str) -> str:
    """The noun in the singular; effects and factors are drivers."""
    single = noun.removesuffix("s")
    return "driver" if single in ("effect", "factor", "contributor", "component") else single.replace("retrie", "retry")
