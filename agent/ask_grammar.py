"""What a question means: the grammar of `/why-spike` and `why-spike ask`. Pure; forgiving in order and case."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from agent.ask_points import NotATime
from agent.ask_time import Span, aware, find_span, this_week
from ledger.types import DIMENSIONS, Scope, scope_json, scope_of

LONGEST = 500
"""Characters of a question that are read."""

Asked = Literal["change", "top", "incident", "help", "clarify"]

_FILLER = frozenset(
    """a about accelerate account across actual actually after again ago ai all also am an and any anything are as at
    back bad be because been being big bill billing bills break breakdown burn by came can cause caused causing
    change changed changes check climb climbed cloud company compare compared cost costing costs could crazy day
    days decrease decreased did didn difference do does doing dollar dollars down drive driver drivers driving drop
    dropped dropping due end every everything expense expenses expensive explain explode exploded fall fallen
    falling fell for from general get getting give go goes going gone got grew grow growing grown had happen
    happened happening has have heavy hello hey hi high higher hike hot hour hours how huge i if in increase
    increased increases increasing into is it its jump jumped jumping just last less like llm look looking lot lower
    made make many me mean model models money month more most move moved moving much must my need new no normal not
    now of off on our out over own overall owner pay paying per percent percentage please pls provider providers
    quickly raise raised reason recent recently rise risen rising rose run same see seems send shoot shot should
    show side since skyrocket skyrocketed so some spend spending spends spent spike spiked spikes spiking sudden
    suddenly surge surged team teams tell than thanks that the their them there these they thing things this those
    time to today token tokens total trend up us usage use used using versus very vs was way we week weeks went were
    what whats when where which who whole whose why will with within wow year yesterday you your s d t re ve feature
    features workflow workflows version versions release releases environment environments region key keys tier
    explanation bigger biggest largest half twice double triple hows come happens moves mover movers period span
    between until till through overnight night morning weekend against relative during past previous prior current
    beginning start starting first only""".split()  # noqa: SIM905 - a list of words reads as words
)
_HELP = re.compile(
    r"^(?:help|\?|usage|how (?:do|does|can) .*(?:work|use|ask)\b.*|what can (?:you|i) .*|commands?)[?.! ]*$"
)
_TOP = re.compile(
    r"\b(?:top|biggest|largest|most expensive|main movers?|movers|what (?:moved|changed)(?: the)? most|highest|"
    r"(?:who|which \w+|what) (?:spends?|spent|is spending|costs?|cost us)(?: the)? most)\b"
    r"(?: (?P<n>\d{1,2})\b(?! ?(?:h|hrs?|hours?|d|days?|w|weeks?|months?|%)\b))?"
)
_PERCENT = re.compile(r"(?P<sign>[-+−])?\s?(?P<n>\d{1,5}(?:[.,]\d+)?)\s?(?:%|percent\b|per cent\b|pct\b)")
_TIMES = {"doubled": 100.0, "double": 100.0, "twice": 100.0, "tripled": 200.0, "triple": 200.0, "quadrupled": 300.0,
          "halved": -50.0}  # fmt: skip
_FACTOR = re.compile(
    r"\b(?:by a factor of )?(?P<n>\d{1,3}(?:\.\d+)?) ?(?:x\b|times\b|-?fold\b)|\bfactor of (?P<m>\d{1,3})\b"
)
_PARTS = {"third": 3, "quarter": 4, "fifth": 5, "tenth": 10}
_FRACTION = re.compile(
    r"\bby (?:about |around |roughly |nearly |almost )?(?P<n>a|one|two|three)[ -](?P<p>thirds?|quarters?|fifths?|tenths?)\b"
)
_TENS = {
    w: 10.0 * i
    for i, w in enumerate(("ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), 1)
}
_WORD_PERCENT = re.compile(rf"\b(?P<n>{'|'.join(_TENS)}|(?:a |one )?hundred) (?:%|percent|per cent|pct)(?!\w)")
_SINCE_IT = re.compile(r"\b(?:since|after|before|until)(?: the)?(?: releases?| versions?)? ?$")
_NOT = re.compile(
    r"\b(?:except(?: for)?|excluding|exclude|without|other than|but not|apart from|not counting|ignoring)\b"
)
_FALL = re.compile(
    r"\b(?:down|drop\w*|fall\w*|fell|decreas\w*|declin\w*|less|lower|cheaper|shrink\w*|shrank|shrunk|sink|sank|sunk|"
    r"reduc\w*|cut)\b"
)
_PAIR = re.compile(rf"\b(?P<d>{'|'.join(DIMENSIONS)})\s?[:=]\s?(?:\"(?P<q>[^\"]+)\"|'(?P<q2>[^']+)'|(?P<v>[^\s,;?]+))")
_UNTAGGED = re.compile(
    rf"\b(?P<d>{'|'.join(DIMENSIONS[:-1])})?\s?\b(?:untagged|unattributed|unowned|unallocated|no team|nobody(?:'s)?|"
    r"without (?:a |an )?(?P<w>team|feature|workflow|owner|tags?))\b"
)
_EVERYWHERE = re.compile(
    r"\b(?:everything|everywhere|overall|(?:the )?whole company|company[- ]?wide|all teams|in total)\b"
)
_TOLD_ABOUT = re.compile(
    rf"\b(?:(?:spend|spending|spent|costs?|bill|money|budget|usage) (?:on|for|by)|{'|'.join(DIMENSIONS)})(?: the| our)? (?P<w>[a-z][\w-]{{3,}})"
)
"""Where a name stands, whatever it is: `spend on marketing`, `team marketing`."""
_GENERAL = frozenset(
    """agents answers api apis average batch caching calls chat completions earth embeddings errors example everyone
    fine fire genai inference inputs input instance llms machine output outputs prompts prompt purpose real reasoning
    requests request retries shared staff sure teams tokens tools traffic training work works""".split()  # noqa: SIM905
)
_NO_NAME = {"null", "none", "untagged", "unknown", "-", "nobody"}
_WORD = re.compile(r"[^\s,;!?\"“”()]+")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names that may be asked for: values by dimension, in the order of DIMENSIONS, and incident ids."""

    values: Mapping[str, Sequence[str]]
    incidents: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Understood:
    """What was asked. Times are aware UTC, `end` and `against_end` exclusive; None where `kind` needs none."""

    kind: Asked
    scope: Scope | None = None
    start: datetime | None = None
    end: datetime | None = None
    against_start: datetime | None = None
    against_end: datetime | None = None
    premise_percent: float | None = None
    incident: str | None = None
    suggestions: tuple[str, ...] = ()
    note: str = ""
    limit: int = 5

    def as_json(self) -> dict[str, Any]:
        """The `understood` object of `why-spike ask --json`."""
        return {
            "kind": self.kind,
            "scope": None if self.scope is None else scope_json(self.scope),
            "from": _iso(self.start),
            "to": _iso(self.end),
            "against_from": _iso(self.against_start),
            "against_to": _iso(self.against_end),
            "premise_percent": self.premise_percent,
            "incident": self.incident,
        }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None


@dataclass(slots=True)
class _Reading:
    text: str
    scope: dict[str, str | None] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    suggestions: list[str] = field(default_factory=list)
    refused: str = ""


def understand(
    text: str, names: Vocabulary, *, now: datetime, zone: ZoneInfo, default: Scope = (), names_default: bool = True
) -> Understood:
    """What `text` asks at `now` (aware). `default` is the scope where none is named: the channel's team.

    Never raises for any text: what cannot be read becomes a `clarify` with suggestions."""
    clean = "".join(c if c.isprintable() else " " for c in unicodedata.normalize("NFKC", text[:LONGEST]))
    lower = " ".join(clean.lower().replace("’", "'").split())
    incident = _incident(lower, names.incidents)
    if incident:
        return incident
    if _HELP.match(lower):
        return Understood("help")
    reading = _Reading(lower)
    premise = _premise(reading)
    _pairs(reading, names)
    everywhere = _cut(reading, _EVERYWHERE)
    _names(reading, names, whole=True)
    top = _TOP.search(reading.text)
    if top:
        reading.text = reading.text[: top.start()] + " " + reading.text[top.end() :]
    try:
        span, reading.text = find_span(reading.text, now, zone)
    except NotATime as error:
        return Understood(
            "clarify", note=str(error), suggestions=("yesterday", "last 7 days", "2026-11-01..2026-11-15")
        )
    _names(reading, names, whole=False)
    if reading.refused:
        return Understood("clarify", note=reading.refused, suggestions=tuple(dict.fromkeys(reading.suggestions))[:5])
    if reading.unknown:
        note = f"I know no {' and no '.join(reading.unknown)}"
        return Understood("clarify", note=note, suggestions=tuple(dict.fromkeys(reading.suggestions))[:5])
    named = bool(reading.scope) or bool(everywhere)
    scope = scope_of(reading.scope) if named or not names_default else default
    bounds = _bounds(span or this_week(now.astimezone(zone).replace(tzinfo=None)), zone)
    limit = int(top["n"]) if top and top["n"] else 5
    return Understood(
        "top" if top else "change",
        scope,
        *bounds,
        premise,
        None,
        tuple(reading.suggestions),
        "",
        max(1, min(limit, 20)),
    )


def _bounds(span: Span, zone: ZoneInfo) -> tuple[datetime, datetime, datetime, datetime]:
    start, end, against_start, against_end = (
        aware(t, zone) for t in (span.start, span.end, span.against_start, span.against_end)
    )
    return start, end, against_start, against_end


def _incident(text: str, known: Sequence[str]) -> Understood | None:
    ids = {i.lower(): i for i in known}
    for word in _WORD.findall(text):
        bare = word.strip(".:#")
        if bare in ids:
            return Understood("incident", incident=ids[bare])
        if re.fullmatch(r"(?:inc|incident)[-_#]?[0-9a-f]{3,}", bare) and any(c.isdigit() for c in bare):
            near = difflib.get_close_matches(bare, ids, 3, 0.5) or list(ids)[:3]
            return Understood("clarify", note=f"I know no incident {bare}", suggestions=tuple(ids[n] for n in near))
    return None


def _cut(reading: _Reading, pattern: re.Pattern[str]) -> re.Match[str] | None:
    match = pattern.search(reading.text)
    if match:
        reading.text = reading.text[: match.start()] + " " + reading.text[match.end() :]
    return match


def _premise(reading: _Reading) -> float | None:
    falling = bool(_FALL.search(reading.text))
    match = _cut(reading, _PERCENT)
    if match:
        percent = float(match["n"].replace(",", "."))
        return -percent if falling or match["sign"] in ("-", "−") else percent
    match = _cut(reading, _WORD_PERCENT)
    if match:
        return _TENS.get(match["n"], 100.0) * (-1 if falling else 1)
    match = _cut(reading, _FACTOR)
    if match:
        return round(100 * (float(match["n"] or match["m"]) - 1), 6)
    match = _cut(reading, _FRACTION)
    if match:
        share = 100 * {"two": 2, "three": 3}.get(match["n"], 1) / _PARTS[match["p"].rstrip("s")]
        return round(-share if falling else share, 1)
    if _cut(reading, re.compile(r"\b(?:by )?half\b")):
        return -50.0 if falling else 50.0
    for word, percent in _TIMES.items():
        if _cut(reading, re.compile(rf"\b{word}\b")):
            return percent
    return None


def _pairs(reading: _Reading, names: Vocabulary) -> None:
    """`team:growth`, `model=gpt-5`, `untagged`, `feature:untagged`."""
    while match := _cut(reading, _PAIR):
        dimension, value = match["d"], (match["q"] or match["q2"] or match["v"]).strip(".")
        if value in _NO_NAME:
            reading.scope[dimension] = None
            continue
        found = _nearest(value, {dimension: names.values.get(dimension, ())})
        if found and found[0][2] == 1.0:
            reading.scope[dimension] = found[0][1]
        else:
            reading.unknown.append(f"{dimension} {value!r}")
            reading.suggestions += [f"{d}:{v}" for d, v, _ in found] or list(names.values.get(dimension, ()))[:3]
    while match := _cut(reading, _UNTAGGED):
        dimension = match["d"] or match["w"] or "team"
        reading.scope["team" if dimension in ("owner", "tag", "tags") else dimension] = None


def _squeezed(name: str) -> str:
    return re.sub(r"[^0-9a-z]", "", name.lower())


def _nearest(word: str, values: Mapping[str, Sequence[str]]) -> list[tuple[str, str, float]]:
    """(dimension, value, likeness), best first; likeness 1 is the same name but for case and separators."""
    wanted = _squeezed(word)
    scored = []
    for dimension in DIMENSIONS:
        for value in values.get(dimension, ()):
            got = _squeezed(value)
            like = 1.0 if got == wanted else 0.999 * difflib.SequenceMatcher(None, wanted, got).ratio()
            if like >= 0.7:
                scored.append((dimension, value, like))
    return sorted(scored, key=lambda s: -s[2])[:3]


def _names(reading: _Reading, names: Vocabulary, *, whole: bool) -> None:
    """Bare names. With `whole`, those that stand in the vocabulary, longest first (before times are read, so that a
    version such as 2025-08-07 is not taken for a date); without, what is left over and looks like a name."""
    if whole:
        _whole_names(reading, names)
        return
    _partial_names(reading, names)
    told = {m["w"] for m in _TOLD_ABOUT.finditer(reading.text)}
    for word in _WORD.findall(reading.text):
        bare = word.strip(".:'-").removesuffix("'s")
        if not bare or bare in _FILLER or bare.isdigit() or not any(c.isalnum() for c in bare):
            continue
        near = _nearest(bare, names.values)
        like_a_name = bool(re.search(r"[a-z0-9][-_/:][a-z0-9]|[a-z]\d", bare))
        named = bare in told and bare not in _GENERAL
        if like_a_name or named or (near and near[0][2] >= 0.75 and len(bare) > 3):
            reading.unknown.append(repr(bare))
            reading.suggestions += [f"{d}:{v}" for d, v, _ in near]


def _tokens(name: str) -> list[str]:
    return re.findall(r"[a-z]+|\d+", name.lower())


def _partial_names(reading: _Reading, names: Vocabulary) -> None:
    """What is left over and is a part of one known name ("sonnet 5" of claude-sonnet-5) means that one; a part of several
    is asked about."""
    known = [(d, v, f" {' '.join(_tokens(v))} ") for d in DIMENSIONS for v in names.values.get(d, ())]
    words = list(_WORD.finditer(reading.text))
    used: set[int] = set()
    for length in (3, 2, 1):
        for i in range(len(words) - length + 1):
            phrase = [t for w in words[i : i + length] for t in _tokens(w[0].removesuffix("'s"))]
            telling = [t for t in phrase if len(t) >= 3 and t.isalpha() and t not in _FILLER and t not in _GENERAL]
            if not telling or used & set(range(i, i + length)) or any(w[0] in _FILLER for w in words[i : i + length]):
                continue
            found = [(d, v) for d, v, whole in known if f" {' '.join(phrase)} " in whole]
            found = [f for f in found if f[0] == found[0][0]]
            if not found:
                continue
            used |= set(range(i, i + length))
            dimension, value = found[0]
            if len(found) > 1 and reading.scope.get(dimension) not in {v for _, v in found}:
                reading.refused = f"I know more than one {dimension} with {' '.join(phrase)} in its name"
                reading.suggestions += [f"{d}:{v}" for d, v in found]
            else:
                reading.scope.setdefault(dimension, value)
    for i in sorted(used, reverse=True):
        reading.text = reading.text[: words[i].start()] + " " + reading.text[words[i].end() :]


def _whole_names(reading: _Reading, names: Vocabulary) -> None:
    known: dict[str, list[tuple[str, str]]] = {}
    for dimension in DIMENSIONS:
        for value in names.values.get(dimension, ()):
            known.setdefault(_squeezed(value), []).append((dimension, value))
            if re.fullmatch(r"v\d+(?:\.\d+)+", value.lower()):  # 9.4 is v9.4
                known.setdefault(_squeezed(value)[1:], []).append((dimension, value))
    words = list(_WORD.finditer(reading.text))
    used: set[int] = set()
    for length in (4, 3, 2, 1):
        for i in range(len(words) - length + 1):
            if used & set(range(i, i + length)):
                continue
            phrase = reading.text[words[i].start() : words[i + length - 1].end()]
            phrase = re.sub(r"'s$", "", phrase.strip(".:'"))
            found = known.get(_squeezed(phrase)) if _squeezed(phrase) else None
            common = phrase in _FILLER or re.fullmatch(r"[\d-]+", phrase)
            if not found or (length == 1 and common and not _dimension_beside(words, i, found)):
                continue
            dimension, value = _meant(found, words, i, i + length - 1)
            used |= set(range(i, i + length))
            if reading.scope.get(dimension, value) != value:
                reading.refused = f"I can answer for one {dimension} at a time"
                reading.suggestions += [f"{dimension}:{reading.scope[dimension]}", f"{dimension}:{value}"]
                continue
            if i and _NOT.search(" ".join(w[0] for w in words[max(0, i - 2) : i])):
                reading.refused = f"I can answer for {value} or for everything, not for all but {value}"
                reading.suggestions += [f"{dimension}:{value}", "everything"]
            if dimension in ("release", "version") and _SINCE_IT.search(reading.text[: words[i].start()]):
                reading.refused = f"I cannot tell when {value} began; give the day, such as since monday"
            reading.scope[dimension] = value
            reading.suggestions += [f"{d}:{v}" for d, v in found if d != dimension]
    for i in sorted(used, reverse=True):
        reading.text = reading.text[: words[i].start()] + " " + reading.text[words[i].end() :]


def _beside(words: Sequence[re.Match[str]], first: int, last: int) -> set[str]:
    near = [words[i][0] for i in (first - 1, last + 1) if 0 <= i < len(words)]
    return {w.rstrip("s") for w in near}


def _dimension_beside(words: Sequence[re.Match[str]], i: int, found: Sequence[tuple[str, str]]) -> bool:
    return bool(_beside(words, i, i) & {d for d, _ in found})


def _meant(found: Sequence[tuple[str, str]], words: Sequence[re.Match[str]], first: int, last: int) -> tuple[str, str]:
    """The dimension that stands beside the name ("the growth team"), else the first by DIMENSIONS."""
    beside = _beside(words, first, last)
    return next((f for f in found if f[0] in beside), found[0])
