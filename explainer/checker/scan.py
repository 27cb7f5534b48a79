"""Reads a text into sentences in which every name, figure, time and duration is a marker.

A canonical sentence is lower case, one space between words and signs: `volume accounts for Q1 of the Q2 .` Q is a
figure, T a time, D a duration, N a name out of the facts; the number after it is its place in the sentence's list."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from explainer.checker.figures import NUMBER_WORDS, WORDED, Figure, Figures, normal, worded_figure
from explainer.checker.moments import DURATION, MOMENT, Duration, Moment, duration_of, moment_of
from explainer.look import DOLLARS, Look

_FORBIDDEN = re.compile(r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_MARKUP = re.compile(r"<[^<>\s][^<>]*>|(?<!\w)@\w+|\{\{|\]\(|<!--")
_EMOJI_CODE = re.compile(r"(?<!\w):[a-z][a-z0-9_+-]*:(?!\w)")
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>|]+", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_][^\W_]*(?:['’][^\W\d_]+)?(?:[-_./#+][^\W_]+)*|\w+(?:[-_./]\w+)*")
_SIGN = re.compile(r"\.\.\.|…|[.!?;:,()\[\]\"“”—–→/&+=-]|\S")
_MARKED = re.compile(r"[`*_]+([\w./-]+)[`*_]+(?!\w)|(?<!\w)[\"'“]([\w./-]+)[\"'”](?!\w)")
_END = {".", "!", "?", "\n"}
_SPOKEN_CLOCK = re.compile(
    r"\b(?P<part>half|quarter|a quarter) (?P<side>past|to) (?P<hour>"
    + "|".join(n for n, v in NUMBER_WORDS.items() if 1 <= v <= 12 and n != "dozen")
    + r"|midnight|noon)(?: o'clock)?(?: in the (?P<day>morning|afternoon|evening)|(?: ?(?P<half>[ap]m)))?\b"
    + r"|\b(?<=at )(?P<plain>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)(?: o'clock)? in the (?P<of>morning|afternoon|evening)\b",
    re.IGNORECASE,
)
_CONTRACTIONS = tuple(
    (re.compile(pattern, re.IGNORECASE), words)
    for pattern, words in (
        (r"\bwon't\b", "will not"),
        (r"\b(can)'t\b", r"\1not"),
        (r"(?<=[a-z])n't\b", " not"),
        (r"\b(we|they|you|i|who|that|these|those)'ve\b", r"\1 have"),
        (r"\b(we|they|you|those|these)'re\b", r"\1 are"),
        (
            r"\b(it|that|there|here|this|what|which|he|she)'s(?= (?:been|had|got|cost|gone|run|risen|fallen)\b)",
            r"\1 has",
        ),
        (r"\b(it|that|there|here|what|who)'s\b", r"\1 is"),
        (r"(?<![\w-])exp\.(?=[/),:]|\s(?-i:[a-z\W\d]))", "expected"),
        (r"(?<![\w-])act\.(?=[/),:]|\s(?-i:[a-z\W\d]))", "actual"),
        (r"(?<![\w-])exp(?=\.(?:\s|$))", "expected"),
        (r"(?<![\w-])act(?=\.(?:\s|$))", "actual"),
        (r"\bf'?c(?:a?st)\b", "forecast"),
        (r"(?<![\w-])avg\.?(?=\s)", "average"),
        (r"(?<![\w-])prev\.(?=\s)", "previous"),
        (r"(?<![\w-])w/(?=\s)", "with"),
        (r"(?<![\w-])w/o(?=\s)", "without"),
        (r"(?<![\w-])cc(?=\s)", "for"),
        (r"\bat (\d{1,2})\.([0-5]\d)(?= ?(?:on|utc|gmt|[ap]m|[ap]\.m|,|\.?$))", r"at \1:\2"),
        (r"\b(it|that|there|we|they|this|which)'ll\b", r"\1 will"),
        (r"\b(it|that|there|we|they|this|which)'d\b", r"\1 would"),
    )
)
_SHARED = re.compile(
    r"^ (?:to|and|or|-|–|—|→|up to|down to|from|up from|down from|against|versus|vs|instead of|rather than|where) Q(\d+)\b"
)


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


def unabridged(text: str) -> str:
    """A text with its contractions in full, spoken hours as figures, and dashes that are no minus."""
    plain = re.sub(r"(?<=\S) --? (?=\S)|(?<=\w)--(?=\w)", " — ", text)
    plain = _SPOKEN_CLOCK.sub(_clock, plain)
    for pattern, words in _CONTRACTIONS:
        plain = pattern.sub(words, plain)
    return plain


def _clock(match: re.Match[str]) -> str:
    """`half past four in the afternoon` as 4:30 pm, `8 in the morning` as 8 am."""
    if match["plain"]:
        hour = NUMBER_WORDS.get(match["plain"].lower(), match["plain"])
        return f"{hour} {'am' if match['of'].lower() == 'morning' else 'pm'}"
    named = {"midnight": 12, "noon": 12}.get(match["hour"].lower())
    hour, minute = named or NUMBER_WORDS[match["hour"].lower()], 30 if match["part"].lower() == "half" else 15
    if match["side"].lower() == "to":
        hour, minute = (hour - 2) % 12 + 1, 60 - minute
    half = match["half"] or "o'clock"
    if named:
        half = "am" if (match["hour"].lower() == "midnight") == (hour == 12) else "pm"
    if match["day"]:
        half = "am" if match["day"].lower() == "morning" else "pm"
    return f"{hour}:{minute:02d} {half}"


def faults_of_form(text: str) -> list[str]:
    """Characters and markup that no narrative may hold."""
    faults = []
    if _FORBIDDEN.search(text):
        faults.append("it holds control or direction characters")
    if _MARKUP.search(text):
        faults.append("it holds markup or a mention")
    return faults


def sentences(text: str, names: Mapping[str, str], look: Look = DOLLARS) -> list[Sentence]:
    """The sentences of a text. `names` maps the lower-case form of each known name, link and title to its value."""
    plain, names = _EMOJI_CODE.sub(" ", unabridged(normal(text))), {unabridged(n): v for n, v in names.items()}
    marks = frozenset(m.start(m.lastindex or 0) for m in _MARKED.finditer(plain))
    plain = re.sub(r"[`*]|(?<!\w)_|_(?!\w)", " ", plain) if not any("*" in n or "`" in n for n in names) else plain
    reader = _Reader(_known(names), Figures(look), marks)
    found: list[Sentence] = [Sentence()]
    at = 0
    while at < len(plain):
        if plain[at].isspace():
            if plain[at] == "\n":
                found.append(Sentence())
            at += 1
            continue
        at = _read(plain, at, found, reader)
    for sentence in found:
        _share_units(sentence)
        _parts_of_round(sentence)
        _counted_spans(sentence)
    return [s for s in found if s.text.strip(" .!?,:;-")]


def _share_units(sentence: Sentence) -> None:
    """`from 71 to 13 per cent`, `$5 to 6k`: a bare number takes the unit and the scale of the one it is set against."""
    for match in re.finditer(r"\bQ(\d+)\b", sentence.text):
        left = int(match[1])
        rest = sentence.text[match.end() :]
        if linked := _SHARED.match(rest):
            right = int(linked[1])
        elif (far := re.match(r"^[^Q.;]*?,? (?:up|down) from Q(\d+)\b", rest)) and "to Q" not in far[0]:
            right = int(far[1])
        else:
            continue
        first, second = sentence.figures[left], sentence.figures[right]
        if first.unit == "count" and first.bare and second.unit in ("percent", "usd"):
            sentence.figures[left] = first.in_unit_of(second)
        elif second.unit == "count" and second.bare and first.unit in ("percent", "usd"):
            sentence.figures[right] = second.in_unit_of(first)


_ROUND = re.compile(
    r"\b(?P<by>for|of|out of|in|from|) ?(?:each|every) (?P<words>(?:[a-z]+ )?)(?:Q(?P<whole>\d+)|dollar)\b|\bon the dollar\b"
)


def _parts_of_round(sentence: Sentence) -> None:
    """`for every $10, $9 come from volume`, `75 cents of each extra dollar`: parts of a round whole are shares."""
    match = _ROUND.search(sentence.text)
    if match is None:
        return
    whole = sentence.figures[int(match["whole"])] if match["whole"] else None
    if whole is None and re.match(
        r" (?:\w+ ){0,3}(?:expected|usual|normal|budgeted|normally|usually)\b", sentence.text[match.end() :]
    ):
        for i, f in enumerate(sentence.figures):
            if f.unit == "usd":
                sentence.figures[i] = replace(f, unit="ratio")
        sentence.text = f"{sentence.text[: match.start()]}against what was{sentence.text[match.end() :]}"
        return
    size = whole.value if whole else 1.0
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
    sentence.text = f"{sentence.text[: match.start()]}{said}{sentence.text[match.end() :]}"


def _counted_spans(sentence: Sentence) -> None:
    """`nine of the nineteen hours`: a number before a span is one too, in its unit."""
    match = re.search(r"\bQ(\d+) (?:of|out of|in) (?:the |its |these |those |all )?D(\d+)\b", sentence.text)
    if match is None or not (figure := sentence.figures[int(match[1])]).bare:
        return
    whole = sentence.durations[int(match[2])]
    sentence.durations.append(
        replace(whole, shown=figure.shown, hours=figure.value * whole.unit_hours, step=whole.unit_hours)
    )
    sentence.text = (
        f"{sentence.text[: match.start(1) - 1]}D{len(sentence.durations) - 1}{sentence.text[match.end(1) :]}"
    )


def _known(names: Mapping[str, str]) -> re.Pattern[str] | None:
    if not names:
        return None
    longest = sorted((re.escape(n) for n in names), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(longest)})(?!\w|[-.+/_]\w)", re.IGNORECASE)


class _Reader(NamedTuple):
    """What is needed to read: the names, the figures, and where words are set off by marks."""

    names: re.Pattern[str] | None
    figures: Figures
    marks: frozenset[int]


def _read(plain: str, at: int, found: list[Sentence], reader: _Reader) -> int:
    """Reads one piece at `at` into the last sentence and gives where the next begins."""
    now, known, figures = found[-1], reader.names, reader.figures
    starts_word = at == 0 or not (plain[at - 1].isalnum() or plain[at - 1] == "_")
    if starts_word:
        if known and (m := known.match(plain, at)):
            now.names.append(m[0].lower())
            now.add(f"N{len(now.names) - 1}")
            if plain.startswith("'s", m.end()):
                now.add("'s")
                return m.end() + 2
            return m.end()
        if m := _LINK.match(plain, at):
            now.add_word(m[0].rstrip(".,;:)"), "unknownlink")
            return at + len(m[0].rstrip(".,;:)"))
        if (m := MOMENT.match(plain, at)) and (moment := moment_of(m)):
            now.moments.append(moment)
            now.add(f"T{len(now.moments) - 1}")
            return m.end()
        if m := DURATION.match(plain, at):
            now.durations.append(duration_of(m))
            now.add(f"D{len(now.durations) - 1}")
            return m.end()
        if m := WORDED.match(plain, at):
            now.figures.append(worded_figure(m))
            now.add(f"Q{len(now.figures) - 1}")
            return m.end()
    if (m := figures.match(plain, at)) and (at == 0 or not plain[at - 1].isalnum()):
        now.figures.append(figures.of(m))
        now.add(f"Q{len(now.figures) - 1}")
        return m.end()
    if m := _WORD.match(plain, at):
        end = _word(plain, m, now)
        if at in reader.marks and now.words:
            now.marked.add(now.words[-1][1])
        return end
    sign = _SIGN.match(plain, at)
    assert sign is not None
    now.add(sign[0])
    if sign[0] in _END and (sign.end() == len(plain) or plain[sign.end()].isspace() or plain[sign.end()] in "\"')”"):
        found.append(Sentence())
    return sign.end()


def _word(plain: str, match: re.Match[str], now: Sentence) -> int:
    word, end = match[0], match.end()
    if word.lower() in ("a.m", "p.m", "vs", "approx", "incl", "e.g", "i.e") and plain[end : end + 1] == ".":
        end += 1
    possessive = word.endswith("'s")
    bare = word[:-2] if possessive else word
    if bare.lower() in NUMBER_WORDS and bare.lower() != "one":
        now.figures.append(Figure.exact(float(NUMBER_WORDS[bare.lower()]), "count", bare))
        now.add(f"Q{len(now.figures) - 1}")
        return end
    now.add_word(word, word.lower())
    return end
