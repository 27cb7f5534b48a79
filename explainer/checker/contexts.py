"""What do the words around a figure say of it: what it is about, per what, of what, in which role?"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from explainer.checker.concepts import concepts_in
from explainer.checker.figure_roles import role_of
from explainer.checker.figures import QUALIFIER, Figure
from explainer.checker.quantities import Known
from explainer.checker.sentence import Sentence

Span = tuple[int, int, str]
"""Start, end and concept of a phrase."""

_PHRASAL = re.compile(
    r"(?:went|going|gone|goes|moved|rose|grew|came|climbed|adds?|added|adding|summ?(?:s|ed|ing)?|totals?|jumped|shot|move|ran|runs) up to ?$|\bQ\d+ (?:over|above|under|below|more than|less than|fewer than)$"
)
_QUALIFIER = re.compile(rf"(?<![\w-]){QUALIFIER}(?:an? )?$")
_BOUND = re.compile(r"[;()\[\]—–]")
_OF = re.compile(
    r"^ ?(?:share |part )?of (?:(?:the|its|this|that|all|their|a|an|normal|entire|team|month's|N\d+ 's|N\d+) )*(?P<what>[a-z'-]+)(?: (?P<next>[a-z'-]+))?"
)
_OF_START = re.compile(r"^(?:and )?of (?:the|its|this|that) (?P<what>[a-z'-]+)(?: (?P<next>[a-z'-]+))?[^Q]*$")
_OF_WORDS = {
    **dict.fromkeys(
        ("excess", "rise", "increase", "difference", "jump", "growth", "extra", "overspend", "change", "drop", "fall", "decrease", "spike", "surge", "gap", "additional", "decline", "climb", "delta", "reduction", "saving", "uplift"),
        "excess",
    ),
    **dict.fromkeys(("budget", "budgets", "allowance"), "budget"),
    **dict.fromkeys(("requests", "calls", "traffic"), "requests"),
    **dict.fromkeys(("pool",), "pool"),
    **dict.fromkeys(("cost", "costs", "total", "whole", "spend", "spending", "bill", "money", "feature's"), "cost"),
    **dict.fromkeys(("former", "previous", "earlier", "old", "original", "prior"), "before"),
    **dict.fromkeys(("expected", "baseline", "normal", "usual"), "expected"),
}  # fmt: skip
_RIGHT_LINK = re.compile(
    r"^ ?(?:tokens? |calls? |requests? )?(?:of (?:the|its|this|that) [\w']+(?: (?!and\b|or\b|but\b|while\b)[\w']+)? )?"
    r"(?:(?:, (?=that|which))?(?:(?:that |which |and )?(?:comes?|came|coming|stems?|stemmed|stemming|is|are|was|were|goes|went|falls?|sits?|lies|(?<=is )what|(?<=was )what|due|because|thanks|owing|results?|resulted|resulting|down|caused|explained|driven|accounted|attributable|traced|of it|mostly|mainly|directly|now|served|read|taken|drawn|handled|processed|billed|can be|can|be|put|has to do|traces back|arises?|back|alone) )+"
    r"(?:(?:from|by|to|is|are|was|were|in|for|through|on|of|due to|because of|with) )?|(?:(?:from|by|to|in|for|through|on|of|due to|because of|with) )?)(?:the |more |fewer |less |longer |shorter |higher |lower |additional |extra |plain |run |an? |workflow |model |region |customer |environment |provider )*$"
)
_WHOLE = re.compile(
    r"^ (?:or so )?of (?:the|its|that|this|a total of)? ?(?:about |around |roughly |some )?Q\d+(?: or so| in all| in total)?(?: (?:excess|rise|increase|difference|overspend|extra))?|^ ?\( [^()]* \)|(?<=of that) \( [^()]* \)"
)
_SHARE_OF = re.compile(r"^ of (?:the |all |its |their )*$")
_SHARED_BY = re.compile(r"^ of (?:the |all |its |their )*[a-z ]{3,24}?(?= (?:are|is|was|were|come|comes|came|now)\b)")
_NOUN = re.compile(
    r"^[ -]?(?:more |fewer |extra |additional |failed |input |output |model |of |affected )*(?P<noun>tokens?|requests?|calls?|runs?|executions?|teams?|models?|features?|drivers?|effects?|factors?|contributors?|components?|releases?|users?|customers?|errors?|hours?|days?|minutes?|seconds?|weeks?|months?|years?|retries|workflows?|regions?|providers?|environments?|"
    r"words?|characters?|pages?|messages?|lines?|bytes?|files?|documents?|tickets?|sessions?|conversations?|emails?|invoices?|orders?|jobs?|agents?|people|seats?|licen[cs]es?|machines?|servers?|gpus?)\b"
)
_PER = re.compile(
    r"^[ -]?(?:(?:tokens?|requests?|calls?|runs?|of|input|output|more|extra|excess|cost|overspend|in|usd) ){0,3}(?:per|an?|each|every|for each|for every|in each)[ -](?P<per>request|call|run|execution|hour|day|week|month|year|user|token|team|second|minute|customer)\b"
)
_SUCCEEDED = re.compile(
    r"^ of (?:the |all |its )*(?:requests|calls) (?:now |still )?(?:(?:were|are|was|is) (?:\w+ )?successful|succeed\w*|went through|got through|worked)\b"
)
_DID_TIMES = re.compile(r"\b(ran|runs?|executed|called|invoked|requested)\b")
_APPOSED = re.compile(
    r"\bQ(?P<first>\d+)\b(?P<rest>[^;:.Q]*?,? ?(?:\(|,|or|i\.e\.?|that is|which is|about|roughly|making|some|an average of|on average|around|over|per| )*)$"
)
_UNDONE = re.compile(
    r"(?:^|, |; |: )(?:had|without|if not for|but for|were it not for|excluding|leaving out|leaving aside|apart from|except for|take away|ignoring)\b[^;.]*\b(?:would|had|could|is|are|was)\b|\bwould (?:have|be|still)\b[^;.]*\b(?:without|had it not|but for|if not for)\b"
)

_WITHOUT_EXCESS = re.compile(
    r"\b(?:without|but for|if not for|excluding|had it not been for) (?:the |this |that |its |any )?(?:\w+ )?(?:excess|extra|overspend|overshoot|rise|increase|jump|spike|surge|incident)\b"
)


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
    return sorted(spans)


def context_of(
    sentence: Sentence, index: int, spans: Sequence[Span], before: str | None, known: Known
) -> Context | None:
    text = sentence.text
    at = re.search(rf"\bQ{index}\b", text)
    if at is None:
        return None
    figure = sentence.figures[index]
    opened = text[: at.start()].count("(") > text[: at.start()].count(")")
    if figure.bare and figure.value <= 9 and text[at.end() :].startswith(" )") and not opened:
        return None
    if (
        figure.bare
        and figure.value <= 5
        and re.search(r"\b(?:largest|biggest|top|main|leading|first|last|smallest) $", text[: at.start()])
    ):
        return None
    if (
        figure.bare
        and figure.value <= 5
        and re.match(r"^ (?:largest|biggest|main|chief|top|leading) ", text[at.end() :])
    ):
        return None
    if figure.bare and figure.value <= 5 and _THINGS.match(text[at.end() :]):
        return None
    if figure.unit == "count" and text[: at.start()].rstrip().endswith(
        ("factor of", "factor of about", "multiplied by", "multiplied by about")
    ):
        figure = replace(figure, unit="ratio")
    left_all, right_all = text[: at.start()], text[at.end() :]
    bracketed = re.search(r"(?:^|[,;:] |\b(?:than|and|but|while) )(?P<words>[^,;:(]*) \( $", left_all)
    left = (
        bracketed["words"]
        if bracketed and "Q" not in bracketed["words"] and right_all.startswith(" )")
        else _label(re.split(r"\bQ\d+\b", _BOUND.split(left_all)[-1])[-1].rstrip())
    )
    right = re.split(r"\bQ\d+\b", _BOUND.split(right_all)[0])[0]
    qualifier = _QUALIFIER.search(left + " ")
    if qualifier and not _PHRASAL.search(left):
        figure = figure.qualified(qualifier["qual"].strip())
        left_all = left_all.rstrip()[: qualifier.start() - len(left) or None].rstrip()
        left = left[: qualifier.start()].rstrip()
    if figure.unit == "percent" and _SUCCEEDED.match(right):
        figure = replace(figure, value=100 - figure.value, low=100 - figure.high, high=100 - figure.low)
    if figure.unit == "ratio" and not figure.worded and figure.value >= 50 and (did := _DID_TIMES.search(left_all)):
        figure, right = (
            replace(figure, unit="count"),
            f" {'runs' if did[1].startswith(('ra', 'ru', 'ex')) else 'requests'}{right}",
        )
    per = own_per = _per(sentence, right_all, left) or _per_counted(right_all, left_all, known)
    if not per and (
        first := re.search(
            r"Q(\d+) (?:usd )?(?P<span>(?:per|an?|each|every) \w+|D\d+)(?: [\w,]+){0,4}? (?:rather than|instead of|against|versus|vs|up from|down from|where|compared with|compared to|than|not|,|and|of which)(?: (?:some|about|the|an?|its|our|usual|expected|normal|typical|around|roughly))*$",
            text[: at.start()].rstrip(),
        )
    ):
        per = _per(sentence, f" {first['span']}", "")
    role = _role(left, right, left_all, right_all, figure)
    if (
        own_per
        and figure.unit == "usd"
        and (first := _APPOSED.search(left_all))
        and sentence.figures[int(first["first"])].unit == "usd"
    ):
        first_left, first_right = left_all[: first.start()], left_all[first.end() - len(first["rest"]) :]
        role = role_of(re.split(r"\bQ\d+\b", first_left)[-1].rstrip(), first_right, first_left, first_right, figure)
    noun = _NOUN.match(right)
    of = _OF.match(right)
    of_word = (of["what"], of["next"]) if of else None
    if of_word and of_word[0] == "what":
        of_word = (
            "excess"
            if re.match(r"^[^Q]*?\bwhat [^Q,;]*\b(?:over|above|beyond|more than|extra|too much|in excess)\b", right)
            else "expected"
            if re.match(r"^[^Q]*?\bwhat (?:\w+ ){0,3}(?:expected|normal|usual|baseline)", right)
            else "cost",
            "",
        )
    if of_word and of_word[0] in ("total", "whole") and of_word[1] in _OF_WORDS:
        of_word = (of_word[1], "")
    named = re.match(r"^ ?of (?:the |its )?(?:pool )?N(\d+)\b(?! 's)", right)
    if of_word is None and (start := _OF_START.match(left)):
        of_word = (start["what"], start["next"])
    return Context(
        figure,
        left,
        right,
        _listed(sentence, index, spans) or _concept(text, at, spans, before),
        role,
        next((_OF_WORDS[w] for w in of_word if w in _OF_WORDS), "")
        if of_word and figure.unit == "percent"
        else _whole_of(named, sentence, known)
        if named and figure.unit == "percent"
        else "",
        _counted(noun["noun"]) if noun else "",
        per,
        text,
        frozenset(re.findall(r"[a-z][a-z'-]+", text)) | frozenset(sentence.names) | _spans_told(sentence),
        frozenset(c for _, _, c in spans) or frozenset({before} if before and _UNDONE.search(text) else ()),
        bool(_UNDONE.search(text))
        and not _WITHOUT_EXCESS.search(text)
        and not re.search(r"(?:^|, |; |: )(?:without|but for|if not for|had)\b[^,;]*$", left_all)
        and not re.match(r"^ (?:more|greater|less|lower|higher|smaller|larger)\b", right),
        not spans,
        left_all,
        right_all,
        tuple((text[start:end], concept) for start, end, concept in spans),
        _shown_sums(sentence, index),
    )


def _spans_told(sentence: Sentence) -> frozenset[str]:
    """The words of the units in which the sentence tells durations."""
    return frozenset({"h": "hour", "d": "day", "w": "week"}.get(d.unit, "") for d in sentence.durations)


def _shown_sums(sentence: Sentence, index: int) -> tuple[float, ...]:
    """All others of its unit together, and the differences of two of them."""
    unit = sentence.figures[index].unit
    others = [f.value for i, f in enumerate(sentence.figures) if i != index and f.unit == unit][:12]
    differences = [abs(a - b) for i, a in enumerate(others) for b in others[i + 1 :]]
    return (sum(others), *differences, *(sum(others[:n]) for n in range(2, len(others)))) if len(others) > 1 else ()


_THINGS = re.compile(
    r"^ (?:main |other |more |further )?(?:things|points|reasons|aspects|ways|sides|observations|notes|remarks|words|facts)\b"
)
_CUT = re.compile(r" (?:and|but|while|whereas|so|which|that|,|with) ")


def _role(left: str, right: str, left_all: str, right_all: str, figure: Figure) -> str:
    """The role by the words nearest to the figure; by all of them where those leave it open."""
    if re.search(r"(?:\bthat is|\bi\.e\.?|\bnamely|\bin other words|\bmeaning|\bwhich is|\bor) ?,?$", left):
        return role_of("", right, "", right_all, figure)
    if re.search(r"\bof(?: the)?$", left) and not _PART_OF.match(right_all):
        return role_of(left, right, left_all, right_all, figure)
    if part := _PART_OF.match(right_all):
        left_all, right = left, part["rest"]
    if re.match(r"^ (?:\w+ )??(?:was|were|is|are|had been) not (?!Q)", right) and "expected" in f"{left_all}{right}":
        return "excess"
    if re.search(r"\bafter$", left) and re.search(r"\bQ\d+[^Q]*$", left_all):
        return "before"
    if told := _INSTEAD.search(left_all):
        first = role_of(told["first"].rstrip(), "", told["first"], right_all, figure)
        if first in ("before", "after"):
            return "after" if first == "before" else "before"
    if _IS_EXCESS.search(left_all.rstrip()) and figure.unit == "usd":
        return "excess"
    if figure.sign > 0 and figure.unit == "usd":
        return "excess"
    if pair := re.search(r"\b(actual|expected) ?/ ?(actual|expected)\b[^:;]*: (?:(?P<second>Q\d+ / ))?$", left_all):
        return {"actual": "after", "expected": "before"}[pair[2] if pair["second"] else pair[1]]
    if left.endswith(" ,") and not re.search(r"\b(?:where|at|namely|of|is|was) ,$", left):
        left = ""
    near = _CUT.split(f"{left} ")[-1].rstrip(), _CUT.split(f"{right} ")[0].rstrip()
    if near != (left, right):
        by_near = role_of(near[0], near[1], left_all, right_all if near[1] == right.rstrip() else near[1], figure)
        if by_near in ("before", "after"):
            return by_near
    after_comma = left.rpartition(" , ")[2]
    if len(after_comma.split()) >= 2 and re.search(
        r"\b(?:makes?|made|adds?|added|explains?|explained|accounts?|accounted|brings?|brought|contribut\w+|saved?)\b",
        after_comma,
    ):
        left = after_comma
    return role_of(left, right, left_all, right_all, figure)


_PART_OF = re.compile(r"^ (?:or so )?(?:out )?of (?:the |its |that |a total of |about )*Q\d+(?P<rest>[^Q;:,]*)")
_INSTEAD = re.compile(
    r"(?:^|[,;] )(?P<first>[^,;Q]*\b(?:would|should)\b[^,;Q]*) Q\d+ ,? ?(?:rather than|instead of|and not|not)$"
)
_IS_EXCESS = re.compile(
    r"(?:^|[,;:.] |\b(?:and|so|of|is|[TDN]\d+) )(?:the |its |an? |this |that )?(?:total |net |whole |extra |resulting )?(?:excess|difference|gap|overspend|overshoot|shortfall|saving|overrun|increase|rise|jump|growth|drop|decrease|fall|decline|surge|hike|surplus|overage|deviation|deficit|margin|extra cost|additional cost)\b"
    r"(?: (?!Q)[^;:Q]*)? (?:comes? to|came to|is|was|amounts? to|amounted to|stands? at|stood at|runs? at|ran at|is running at|averages?|averaged|works? out at|worked out at|reached|totals?|totalled|of)(?: (?:about|around|roughly|just|some|nearly|almost|over|under|a|an|on average))*$"
)


def _listed(sentence: Sentence, index: int, spans: Sequence[Span]) -> str | None:
    """What a figure of a list belongs to: `A, B and C show an excess of Q1, Q2 and Q3`, each to each."""
    text = sentence.text
    for match in re.finditer(
        r"\bQ\d+(?:(?: ,| and| , and| against| versus| vs| compared with| to) (?:(?:about|around|roughly|nearly|almost|some) )*Q\d+)+",
        text,
    ):
        marks = [int(q) for q in re.findall(r"Q(\d+)", match[0])]
        if index not in marks:
            continue
        told = [s for s in spans if s[1] <= match.start()]
        listed = told[-len(marks) :]
        gaps = [text[a[1] : b[0]] for a, b in itertools.pairwise(listed)]
        if len(listed) == len(marks) and all(
            re.fullmatch(r" (?:, |and |, and |outweighs? |leads? |beats? |exceeds? |tops? |dwarfs? )(?:the )?", g)
            for g in gaps
        ):
            return listed[marks.index(index)][2]
    return None


def _whole_of(named: re.Match[str], sentence: Sentence, known: Known) -> str:
    """What `of ptu-east` is a share of: the pool where it is one."""
    return "pool" if sentence.names[int(named[1])] == (known.text("pool") or "").lower() else ""


def _counted(noun: str) -> str:
    """The noun in the singular; effects and factors are drivers."""
    single = noun.removesuffix("s")
    return "driver" if single in ("effect", "factor", "contributor", "component") else single.replace("retrie", "retry")


def _label(left: str) -> str:
    """What stands left of a figure after a colon; the few words before the colon where nothing else does."""
    before, colon, after = left.rpartition(":")
    if not colon or after.strip():
        return after if colon else left
    return before.rstrip() if len(before.split()) <= 3 else ""


def _per(sentence: Sentence, right: str, left: str) -> str:
    found = _PER.match(right)
    if found:
        return {"call": "request", "execution": "run"}.get(found["per"], found["per"])
    if by := re.search(
        r"(?:^|[,;:] )(?:(?:(?:each|every|an?) (?:single )?|(?:on|in) (?:each|every|an?) (?:average |typical |normal )?)(?P<per>hour|day|week|month)|(?:per|for each|for every|each|every) (?:single |affected |active )?(?P<one>request|run|user|customer|hour|day|team)) \w",
        sentence.text,
    ):
        return by["per"] or by["one"]
    if re.search(
        r"\b(?:week by week|week on week|week over week|weekly|each week|every week|from week to week)\b", sentence.text
    ):
        return "week"
    span = re.match(
        r"^ (?:of )?(?:(?:more|extra|higher|less|excess|cost|overspend) )?(?:per |each |every |a )?D(\d+)\b", right
    )
    if span:
        duration = sentence.durations[int(span[1])]
        if duration.bare and duration.hours in (1.0, 24.0, 168.0, 730.0):
            return {1.0: "hour", 24.0: "day", 168.0: "week", 730.0: "month"}[duration.hours]
    if re.match(r"^ (?:daily|a day)", right):
        return "day"
    if several := re.match(r"^ (?:input |output )?(?P<what>tokens|requests|calls) (?:each|apiece)\b", right):
        return "request" if several["what"] == "tokens" else "run"
    each = re.search(
        r"\beach (?:one )?(?:of them )?(?:now |still |then )*(?:costs?|costing)(?: about| around| some| roughly)?$",
        left,
    )
    if (each or re.match(r"^ (?:each|apiece|per piece)\b", right)) and (
        counted := re.findall(r"Q\d+ (run|request|call)s?\b", sentence.text)
    ):
        return str({"call": "request"}.get(counted[-1], counted[-1]))
    near = f"{left[-34:]} | {right[:10]}"
    if told := re.search(r"\b(hour|dai|week|month|annual|year)ly\b(?! (?:budget|forecast))|\bannual\b", near):
        return "day" if told[1] == "dai" else str(told[1] or "annual")
    return ""


def _per_counted(right: str, left: str, known: Known) -> str:
    """What a figure is told per, where a fact counts it: `$1.10 per seat`."""
    told = re.match(
        r"^(?: [a-z]+){0,4}? (?:per|for each|for every|each|every) (?:[a-z]+ )?(?P<one>[a-z]{3,})\b", right
    ) or re.search(r"(?:^|[,;:] )(?:per|for each|for every|each|every) (?:[a-z]+ )?(?P<one>[a-z]{3,})\b[^,;:]*$", left)
    counted = told and any(q.unit == "count" and not q.noun and told["one"] in q.name for q in known.direct)
    return told["one"] if told and counted else ""


def _concept(text: str, at: re.Match[str], spans: Sequence[Span], before: str | None) -> str | None:
    """What a figure is about: the phrase right after it where they are linked, else the nearest one before it."""
    earlier = [s for s in spans if s[1] <= at.start()]
    earlier = [s for s in earlier if not re.search(r"Q\d+ of (?:the |all |its )*$", text[: s[0]])] or earlier
    later = [s for s in spans if s[0] >= at.end()]
    opens = re.fullmatch(
        r"(?:.*[,;:] )?(?:at|with) (?:about |around |roughly |just |nearly |almost |some )*", text[: at.start()]
    )
    if (
        later
        and opens
        and re.fullmatch(r" (?:or so )?(?:of (?:the|it)[a-z ]*)?, (?:the )?", text[at.end() : later[0][0]])
    ):
        return later[0][2]
    if earlier and re.fullmatch(r" (?:of|is|was|at|:|\() (?:\w+ )?", text[earlier[-1][1] : at.start()]):
        return earlier[-1][2]
    apposed = text[: at.start()].rstrip().endswith(",") and text[at.end() :].startswith(" ,")
    for position, (start, end, concept) in enumerate(later):
        if text[at.end() : start] == " ( " and text[end:].startswith(" )"):
            return concept
        # What a share is of, and the whole that is told beside a part, are not what the figure is about.
        between = re.sub(r"^ ?\)(?= \w)", "", _WHOLE.sub("", text[at.end() : start]))
        if re.fullmatch(r" (?:the )?", between) and text[at.end() :].startswith(" )"):
            break
        between = between.removeprefix(" ,") if apposed else between
        if (
            earlier
            and _SHARE_OF.match(between)
            and not re.search(r"Q\d|[,;:(]| and | while | but ", text[earlier[-1][1] : at.start()])
        ):
            return earlier[-1][2]
        if "Q" in between:
            break
        if position + 1 < len(later) and _SHARE_OF.match(between) and "Q" not in text[start : later[position + 1][0]]:
            continue
        if _RIGHT_LINK.match(_SHARED_BY.sub("", between) if position else between):
            return concept
    if earlier:
        return earlier[-1][2]
    if spans and not re.match(r"(?:the |its )?(?:cost|spend|bill|[A-Z]\d)", text):
        near = [s for s in later if "Q" not in text[at.end() : s[0]] and "," not in text[at.end() : s[0]]]
        if len(near) > 1 and _SHARE_OF.match(text[at.end() : near[0][0]]):
            return near[1][2]
        return near[0][2] if near else None
    return before if re.match(r"(?:it|they|that|this|which)\b", text) else None
