"""A sentence that was read, and pieces of it that belong together: a bare number takes the unit of the one beside it, two
spans make one, parts of a round whole are shares."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from explainer.checker.families import ABOUT
from explainer.checker.figures import Figure
from explainer.checker.moments import Duration, Moment


@dataclass(slots=True)
class Sentence:
    """One sentence: `text` with markers, and what stands behind them."""

    text: str = ""
    figures: list[Figure] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    durations: list[Duration] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    words: list[tuple[str, int]] = field(default_factory=list)
    """Words as they were written and where in `text` they stand, for the check of unknown ones."""
    marked: set[int] = field(default_factory=set)
    """Where in `text` the words stand that are set off as names are: in code, bold or quotes."""

    def add(self, piece: str) -> None:
        self.text = f"{self.text} {piece}" if self.text else piece

    def add_word(self, word: str, piece: str) -> None:
        """Adds a word that is no marker."""
        self.add(piece)
        self.words.append((word, len(self.text) - len(piece)))

    def put(self, start: int, end: int, piece: str) -> None:
        """Puts a piece in the place of a part of the text; words within that part are gone."""
        by = len(piece) - (end - start)
        self.text = f"{self.text[:start]}{piece}{self.text[end:]}"
        self.words = [(w, at + by if at >= end else at) for w, at in self.words if not start <= at < end]
        self.marked = {at + by if at >= end else at for at in self.marked if not start <= at < end}


def join_pieces(sentence: Sentence) -> None:
    """Joins the pieces of a sentence that belong together."""
    _share_units(sentence)
    _parts_of_round(sentence)
    _counted_spans(sentence)
    _joined_spans(sentence)


_SHARED = re.compile(
    r"^ (?:to|and|or|-|–|—|→|up to|down to|from|up from|down from|against|versus|vs|instead of|rather than|where) Q(\d+)\b"
)


_UP_FROM = re.compile(
    r"^(?:(?! (?:while|whereas|but|as) )[^Q.;])*?,? (?<!went )(?<!gone )(?<!going )(?<!came )(?<!moved )(?:up|down) from Q(\d+)\b"
)
_SPANS_FROM = re.compile(r"\b(?:from|between|range[sd]?|of)(?: (?:an? |the )?\w+)? $")


def _share_units(sentence: Sentence) -> None:
    """`from 71 to 13 per cent`, `$5 to 6k`: a bare number takes the unit and the scale of the one it is set against."""
    for match in re.finditer(r"\bQ(\d+)\b", sentence.text):
        left = int(match[1])
        rest = sentence.text[match.end() :]
        if linked := _SHARED.match(rest):
            right = int(linked[1])
        elif (far := _UP_FROM.match(rest)) and "to Q" not in far[0]:
            right = int(far[1])
        else:
            continue
        first, second = sentence.figures[left], sentence.figures[right]
        if first.unit == "count" and first.bare and second.unit in ("percent", "usd"):
            sentence.figures[left] = first.in_unit_of(second)
        elif (
            first.unit == "percent"
            and re.match(r"^ (?:up |down )?to ", rest)
            and not _SPANS_FROM.search(sentence.text[: match.start()])
        ):
            continue  # `dropped by 36 % to 45,715`: by how much, and what it then was
        elif second.unit == "count" and second.bare and first.unit in ("percent", "usd"):
            sentence.figures[right] = second.in_unit_of(first)
    if re.search(r"\( (?:in )?(?:usd|us dollars|dollars|\$) \)[^:]*:|^in (?:usd|us dollars|dollars) :", sentence.text):
        for index, figure in enumerate(sentence.figures):
            if figure.bare:
                sentence.figures[index] = replace(figure, unit="usd", bare=False)
    for match in re.finditer(rf"\bbetween {ABOUT}Q(\d+) and {ABOUT}Q(\d+)\b", sentence.text):
        first, second = sentence.figures[int(match[1])], sentence.figures[int(match[2])]
        if first.value < second.value and (first.unit == second.unit or first.bare):
            for mark in (1, 2):
                sentence.figures[int(match[mark])] = replace(
                    second, value=(first, second)[mark - 1].value, low=first.value, high=second.value, worded=True
                )


_ROUND = re.compile(
    r"\b(?P<by>for|of|out of|in|from|) ?(?:each|every) (?P<words>(?:[a-z]+ )?)(?:Q(?P<whole>\d+)|dollar)\b|\bon the dollar\b"
)


def _parts_of_round(sentence: Sentence) -> None:
    """`for every $10, $9 come from volume`, `75 cents of each extra dollar`: parts of a round whole are shares."""
    match = _ROUND.search(sentence.text)
    if match is None:
        return
    whole = sentence.figures[int(match["whole"])] if match["whole"] else None
    said = f" {match['words'] or ''}{sentence.text[match.end() :]}"
    if whole is None and re.match(r"  ?(?:\w+ ){0,3}(?:expected|usual|normal|budgeted|normally|usually)\b", said):
        told = any(f.unit == "ratio" for f in sentence.figures)
        became = re.search(
            r"\b(?:turned into|became|becomes|we (?:now )?(?:spent|paid|pay)|(?:it|N\d+) cost) (?:\w+ )?Q(\d+) ?(?:[.,;]|$)|\bQ(\d+) (?:was|were|are|have been|got) (?:\w+ )?(?:spent|billed|paid|charged)\b",
            sentence.text,
        )
        for i, f in enumerate(sentence.figures):
            if (f.unit == "usd" or (f.bare and became and int(became[1] or became[2]) == i)) and not told:
                sentence.figures[i] = replace(f, unit="ratio")
        sentence.put(match.start(), match.end(), "against what was")
        return
    size = whole.value if whole else 1.0
    cents = next((f for f in sentence.figures if f.unit == "usd" and f.scale == 0.01), None)
    for i, f in enumerate(sentence.figures):
        if cents and not whole and f.bare and f.value < 100:
            sentence.figures[i] = f.in_unit_of(cents)
    parts = [
        i
        for i, f in enumerate(sentence.figures)
        if f is not whole and 0 < f.value <= size and (f.unit == "count" or f.unit == (whole.unit if whole else "usd"))
    ]
    if not parts or size <= 0 or size > 1000 or (whole and whole.unit not in ("usd", "count")):
        return
    for i in parts:
        share, room = 100.0 * sentence.figures[i].value / size, min(3.0, max(0.5, 50.0 / size)) if whole else 0.5
        shown = sentence.figures[i].shown
        sentence.figures[i] = Figure(share, "percent", share - room, share + room, 1.0, 1.0, 0, shown, worded=True)
    said = "of the extra cost" if re.search(r"extra|additional|excess", match["words"] or "") else "of it"
    if re.match(r" (?:that was |we )?(?:spent|billed|paid|charged)\b", sentence.text[match.end() :]):
        said = "of the cost"
    sentence.put(match.start(), match.end(), said)


def _counted_spans(sentence: Sentence) -> None:
    """`nine of the nineteen hours`: a number before a span is one too, in its unit."""
    match = re.search(r"\bQ(\d+) (?:of|out of|in) (?:the |its |these |those |all )?D(\d+)\b", sentence.text)
    if match is None or not (figure := sentence.figures[int(match[1])]).bare:
        return
    whole = sentence.durations[int(match[2])]
    sentence.durations.append(
        replace(whole, shown=figure.shown, hours=figure.value * whole.unit_hours, step=whole.unit_hours)
    )
    sentence.put(match.start(1) - 1, match.end(1), f"D{len(sentence.durations) - 1}")


_ELIDED = re.compile(
    r"\bD(?P<whole>\d+) (?P<between>(?:and|but|or|to|-) (?:(?:less|more|fewer|not more|no more) than |under |over |at most |at least )?)Q(?P<figure>\d+)(?= ?(?:[.,;:)]|$))"
)


_SPANS = re.compile(r"\bD(\d+)(?= (?:and |, )?D(\d+)\b)")


def _both(sentence: Sentence, match: re.Match[str]) -> tuple[Duration, Duration]:
    first, second = (sentence.durations[int(i)] for i in match.groups())
    return first, second


def _is_one(first: Duration, second: Duration) -> bool:
    """True for two spans that make one: the second is of a smaller unit, and less than one of the first's."""
    smaller = second.unit_hours < first.unit_hours <= first.hours and second.hours < first.unit_hours
    return smaller and not (second.ago and first.ago)


def _joined_spans(sentence: Sentence) -> None:
    """`2 days and 11 hours` is one span; `more than a day but less than two` are two in one unit."""
    while match := next((m for m in _SPANS.finditer(sentence.text) if _is_one(*_both(sentence, m))), None):
        first, second = _both(sentence, match)
        shown = f"{first.shown} {second.shown}"
        sentence.durations.append(replace(second, shown=shown, hours=first.hours + second.hours, bare=False))
        sentence.put(match.start(), match.end(2), f"D{len(sentence.durations) - 1}")
    if (match := _ELIDED.search(sentence.text)) and (figure := sentence.figures[int(match["figure"])]).bare:
        unit = sentence.durations[int(match["whole"])].unit_hours
        whole = replace(sentence.durations[int(match["whole"])], shown=figure.shown, bare=False)
        sentence.durations.append(replace(whole, hours=figure.value * unit, step=unit))
        sentence.put(match.start("figure") - 1, match.end(), f"D{len(sentence.durations) - 1}")


_WENT = re.compile(r"\b(?:up|down|higher|lower|grew|rose|climbed|jumped|increased|fell|dropped|shrank) $")
"""`usage is up: 385k runs`: which way it went, not by how much."""


def label_of(left: str) -> str:
    """What stands left of a figure after a colon; the few words before the colon where nothing else does."""
    before, colon, after = left.rpartition(":")
    if not colon or after.strip():
        return after if colon else left
    if re.match(r" ?(?:where|what|how|why|who|when)\b", before):
        return ""
    if _WENT.search(before):
        return ""
    rate = re.search(
        r"\b(?:per|each|every) [a-z]|\b(?:per|an?|each|every) (?:D?\d+|\w+) $|\b(?:rate|averag\w+|mean|hourly|daily)\b|D\d+ $",
        before,
    )
    return before.rstrip() if len(before.split()) <= (12 if rate else 3) else ""
