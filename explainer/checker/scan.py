"""Reads a text into sentences in which every name, figure, time and duration is a marker.

A canonical sentence is lower case, one space between words and signs: `volume accounts for Q1 of the Q2 .` Q is a
figure, T a time, D a duration, N a name out of the facts; the number after it is its place in the sentence's list."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from explainer.checker.figures import NUMBER_WORDS, WORDED, Figure, Figures, normal, worded_figure
from explainer.checker.layout import laid_flat
from explainer.checker.moments import (
    DAYS_OF_MONTH,
    DURATION,
    MOMENT,
    MONTH_DAYS,
    ORDINAL_DAY,
    ORDINALS,
    SLASHED_DAY,
    duration_of,
    moment_of,
)
from explainer.checker.sentence import Sentence, join_pieces
from explainer.look import DOLLARS, Look

_FORBIDDEN = re.compile(r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_MARKUP = re.compile(r"<[^<>\s][^<>]*>|(?<!\w)@\w+|\{\{|\]\(|<!--")
_EMOJI_CODE = re.compile(r"(?<!\w):[a-z][a-z0-9_+-]*:(?!\w)")
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>|]+", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_][^\W_]*(?:['’][^\W\d_]+)?(?:[-_./#+][^\W_]+)*|\w+(?:[-_./]\w+)*")
_SIGN = re.compile(r"\.\.\.|…|[.!?;:,()\[\]\"“”—–→/&+=-]|\S")
_MARKED = re.compile(r"[`*_]+([\w./-]+)[`*_]+(?!\w)|(?<!\w)[\"'“]([\w./-]+)[\"'”](?!\w)|(?<!\w)#([a-z][\w-]+)")
_END = {".", "!", "?", "\n"}
_SPOKEN_CLOCK = re.compile(
    r"\b(?P<part>half|quarter|a quarter) (?P<side>past|to) (?P<hour>"
    + "|".join(n for n, v in NUMBER_WORDS.items() if 1 <= v <= 12 and n != "dozen")
    + r"|midnight|noon)(?: o'clock)?(?: in the (?P<day>morning|afternoon|evening)|(?: ?(?P<half>[ap]m)))?\b"
    + r"|\b(?:(?<=at )|(?<=before )|(?<=after ))(?P<plain>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)(?: o'clock)? in the (?P<of>morning|afternoon|evening)\b",
    re.IGNORECASE,
)
_CONTRACTIONS = tuple(
    (re.compile(pattern, re.IGNORECASE), words)
    for pattern, words in (
        (r"\bwon't\b", "will not"),
        (r"\b(can)'t\b", r"\1not"),
        (r"(?<=[a-z])n't\b", " not"),
        (r"\b(we|they|you|i|who|that|these|those|should|would|could|might|must)'ve\b", r"\1 have"),
        (r"\b(we|they|you|those|these)'re\b", r"\1 are"),
        (
            r"\b(it|that|there|here|this|what|which|he|she)'s(?= (?:been|had|got|cost|gone|run|risen|fallen)\b)",
            r"\1 has",
        ),
        (r"\b(it|that|there|here|what|who)'s\b", r"\1 is"),
        (r"(?<![\w-])exp\.(?=[/),:]|\s(?-i:[a-z\W\d]))", "expected"),
        (r"(?<![\w-])act\.(?=[/),:]|\s(?-i:[a-z\W\d]))", "actual"),
        (r"(?<![\w-])exp(?=\.(?:\s|$)|:?\s?[$€£\d])", "expected"),
        (r"(?<![\w-])act(?=\.(?:\s|$)|:?\s?[$€£\d])", "actual"),
        (r"\bf'?c(?:a?st)\b", "forecast"),
        (r"(?<![\w-])avg\.?(?=\s)", "average"),
        (r"(?<![\w-])prev\.(?=\s)", "previous"),
        (r"\b(announced|planned|scheduled)(?: in advance| beforehand| ahead)?\s?[:=?]\s?no(?:ne|t)?\b", r"not \1"),
        (r"\b(announced|planned|scheduled)(?: in advance| beforehand| ahead)?\s?[:=?]\s?yes\b", r"\1"),
        (r"(?<![\w-])w/(?=\s)", "with"),
        (r"(?<![\w-])w/o(?=\s)", "without"),
        (r"(?<![\w-])cc(?=\s)", "for"),
        (
            r"(?<!is )(?<!are )(?<!was )(?<!were )(?<!now )(?<!stands )\bat (?!0\.\d\d(?:,|\.?$))(\d{1,2})\.([0-5]\d)(?= ?(?:on|utc|gmt|[ap]m|[ap]\.m|,|\.?$))",
            r"at \1:\2",
        ),
        (r"(?<![\w.,$€£])(\d{1,2})\.([0-5]\d)(?= ?[ap]\.?m\b)", r"\1:\2"),
        (r"\b(it|that|there|we|they|this|which)'ll\b", r"\1 will"),
        (r"\b(it|that|there|we|they|this|which)'d\b", r"\1 would"),
    )
)


_PARTS_OF_ROUND = {
    "half a": "0.5",
    "quarter of a": "0.25",
    "three quarters of a": "0.75",
    "one and a half": "1.5",
    "two and a half": "2.5",
}
_PART_OF_ROUND = re.compile(
    r"\b(?:a (?=quarter))?(?P<part>half a|quarter of a|three quarters of a|one and a half|two and a half) (?P<round>million|billion)\b",
    re.IGNORECASE,
)


_SPELT = {
    str(v): "a hundred" if v == 100 else n for n, v in reversed(NUMBER_WORDS.items()) if n not in ("dozen", "zero")
}
_SOME_IN = re.compile(
    rf"(?<![\w.,$€£-])(?P<some>{'|'.join(_SPELT)}) (?P<in>in|out of|in every|out of every) (?P<all>{'|'.join(_SPELT)})(?![\w,%-]|\.\d)(?! (?:hours?|days?|minutes?|weeks?|months?|million|thousand|percent)\b)"
)
"""`3 in 10 requests`, which is read as `three in ten`."""


def unabridged(text: str) -> str:
    """A text with its contractions in full, spoken hours as figures, and dashes that are no minus."""
    plain = re.sub(r"(?<=\S) --? (?=\S)|(?<=\w)--(?=\w)", " — ", text)
    plain = _SPOKEN_CLOCK.sub(_clock, plain)
    plain = _PART_OF_ROUND.sub(lambda m: f"{_PARTS_OF_ROUND[m['part'].lower()]} {m['round']}", plain)
    plain = _SOME_IN.sub(lambda m: f"{_SPELT[m['some']]} {m['in']} {_SPELT[m['all']]}", plain)
    plain = ORDINAL_DAY.sub(lambda m: f"{ORDINALS.index(m['day'].lower()) + 1} {m['month']}", plain)
    plain = SLASHED_DAY.sub(lambda m: " ".join(p for p in m.groups() if p), plain)
    plain = DAYS_OF_MONTH.sub(lambda m: f"{m['first']} {m['month']} {m['to']} {m['second']} {m['month']}", plain)
    plain = MONTH_DAYS.sub(lambda m: f"{m['month']} {m['first']} {m['to']} {m['month']} {m['second']}", plain)
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
    plain = unabridged(laid_flat(_EMOJI_CODE.sub(" ", normal(text))))
    names = {unabridged(n): v for n, v in names.items()}
    known = _known(names)
    if known:
        quoted = rf"[\"“”«»]({known.pattern})[\"“”«»]|(?<!\w)['‘](?:{known.pattern})'(?!\w)"
        plain = re.sub(quoted, lambda m: m[0][1:-1], plain, flags=re.IGNORECASE)
    marks = frozenset(m.start(m.lastindex or 0) for m in _MARKED.finditer(plain))
    plain = re.sub(r"[`*]|(?<!\w)_|_(?!\w)", " ", plain) if not any("*" in n or "`" in n for n in names) else plain
    reader = _Reader(known, Figures(look), marks)
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
        join_pieces(sentence)
    return [s for s in found if s.text.strip(" .!?,:;-")]


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
