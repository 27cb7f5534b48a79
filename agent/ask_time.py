"""The time part of a question: "yesterday", "last 7 days", "since monday", "2026-11-01..2026-11-15"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from agent.ask_points import (
    CLOCK,
    COUNT,
    DAY,
    DAY_NAME,
    MONTH,
    NUMBERS,
    POINT,
    UNITS,
    WEEK,
    NotATime,
    midnight,
    month_start,
    point,
    quarter_start,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """Local wall-clock bounds (naive, `end` exclusive) and those of what it is compared with by default."""

    start: datetime
    end: datetime
    against_start: datetime
    against_end: datetime


def shifted(start: datetime, end: datetime, by: timedelta) -> Span:
    return Span(start, end, start - by, end - by)


def before(start: datetime, end: datetime) -> Span:
    """Against the span of the same length that ends where this one begins."""
    return shifted(start, end, end - start)


def this_week(now: datetime) -> Span:
    """Monday to now against the same span a week before."""
    monday = midnight(now.date()) - now.weekday() * DAY
    return shifted(monday, now, WEEK)


def this_month(now: datetime) -> Span:
    """The first to now against the same span of the month before, cut at that month's end."""
    first = month_start(now)
    earlier = month_start(now, -1)
    return Span(first, now, earlier, min(earlier + (now - first), first))


def whole_month(first: datetime) -> Span:
    return Span(first, month_start(first, 1), month_start(first, -1), first)


def one_day(day: datetime, now: datetime) -> Span:
    """A day against the same weekday a week before; a day that goes on ends now."""
    return shifted(day, min(day + DAY, now), WEEK)


def last(count: int, unit: str, now: datetime) -> Span:
    """The last so many hours (to now), days or weeks (to the last midnight) or months (to the first)."""
    if unit == "m":
        first = month_start(now)
        return Span(month_start(now, -count), first, month_start(now, -2 * count), month_start(now, -count))
    end = now if unit == "h" else midnight(now.date())
    return before(end - count * UNITS[unit], end)


def _weekend(now: datetime) -> Span:
    monday = midnight(now.date()) - now.weekday() * DAY
    return shifted(monday - 2 * DAY, monday, WEEK)


_WORDS: dict[str, Callable[[datetime], Span]] = {
    "today": lambda now: one_day(midnight(now.date()), now),
    "day before yesterday": lambda now: one_day(midnight(now.date()) - 2 * DAY, now),
    "yesterday": lambda now: one_day(midnight(now.date()) - DAY, now),
    "(?:the )?(?:this|current) week|week to date|wtd|wow|week over week|so far this week": this_week,
    "(?:the )?(?:last|previous|prior) week": lambda now: shifted(
        this_week(now).start - WEEK, this_week(now).start, WEEK
    ),
    "week before last": lambda now: shifted(this_week(now).start - 2 * WEEK, this_week(now).start - WEEK, WEEK),
    "(?:the )?past week": lambda now: last(7, "d", now),
    "(?:the )?(?:last|past|previous) weekend|(?:the )?weekend": _weekend,
    "(?:the )?(?:this|current) month|month to date|mtd|so far this month": this_month,
    "(?:the )?(?:last|previous|prior) month": lambda now: whole_month(month_start(now, -1)),
    "(?:the )?past month": lambda now: last(30, "d", now),
    "(?:the )?(?:last|past) hour": lambda now: last(1, "h", now),
    "(?:the )?(?:last|past) day": lambda now: last(1, "d", now),
    "(?:the )?last night|overnight": lambda now: shifted(
        midnight(now.date()) - timedelta(hours=4), min(now, midnight(now.date()) + timedelta(hours=6)), WEEK
    ),
    "(?:the )?(?:this|current) quarter|quarter to date|qtd": lambda now: before(quarter_start(now), now),
    "(?:the )?(?:last|previous|prior) quarter": lambda now: Span(
        quarter_start(now, -1), quarter_start(now), quarter_start(now, -2), quarter_start(now, -1)
    ),
    "(?:the )?(?:this|current) year|year to date|ytd": lambda now: before(month_start(now, 1 - now.month), now),
    "this morning": lambda now: shifted(midnight(now.date()), min(now, midnight(now.date()) + DAY / 2), WEEK),
}
_TO_DATE = {
    "month": "|month to date|mtd|so far this month", "quarter": "|quarter to date|qtd", "year": "|year to date|ytd",
}  # fmt: skip
_SHORT = {"wk": "week", "wks": "weeks", "qtr": "quarter", "mth": "month", "yday": "yesterday", "yest": "yesterday"}
_QUARTER = re.compile(r"\b(?:in |during |for )?q(?P<q>[1-4])(?:[ /-]?(?P<y>\d{4}))?\b")
_NTH = {"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "last": -1}
_NTH_WEEK = re.compile(
    rf"\b(?:in |during |for )?(?:the )?(?P<n>{'|'.join(_NTH)}) week (?:of|in) (?P<m>{MONTH}(?: \d{{4}})?|this month|last month)"
)
_LAST = re.compile(
    rf"\b(?:(?:in |over |during |for )?(?:the )?(?:last|past|previous|prior) )(?P<n>{COUNT}) ?"
    r"(?P<u>h|hrs?|hours?|d|days?|w|weeks?|months?)\b|\b(?P<n2>\d{1,4}) ?(?P<u2>h|hrs?|hours?|d|days?|w|weeks?)\b(?! ago)"
)
_RANGE = re.compile(
    rf"\b(?:between |from )?(?P<a>{POINT}) ?(?:\.\.\.?|–|—|->| - | to | until | till | through | thru | and )"
    rf" ?(?P<b>{POINT})"
)
_SINCE = re.compile(rf"\b(?:since|from|starting|after)(?: on)? (?P<a>{POINT})")
_WEEK_OF = re.compile(rf"\bweek (?:of|starting|beginning) (?P<a>{POINT})|\b(?P<y>\d{{4}})-?w(?P<w>\d{{1,2}})\b")
_ON = re.compile(rf"\b(?:on |in |during |for )?(?P<a>{POINT})")
_COMPARE = re.compile(r"\bcompare\b(.*?)\b(?:to|with|and|against|versus|vs)\b")
_EARLIER = re.compile(
    r"^(?:the |an? )?(?:same )?(?:(?P<u>day|week|month|period|time|weekday) (?:before(?: that)?|earlier|ago|last week)"
    r"|(?:previous|prior|preceding) (?P<p>day|week|month|period|\d{1,3} (?:days?|weeks?|hours?|d|w|h)))\b"
)
_AGAINST = re.compile(r"\b(?:vs\.?|versus|against|compared (?:to|with)|relative to|than)\s+")


def find_span(text: str, now: datetime, zone: ZoneInfo) -> tuple[Span | None, str]:
    """The span that a question in lower case names, in local time, and the text without it.

    `now` is aware. Raises NotATime for a date that does not exist or lies in the future."""
    local = now.astimezone(zone).replace(tzinfo=None)
    for short, word in _SHORT.items():
        text = re.sub(rf"\b{short}\b", word, text)
    text = _COMPARE.sub(r"\1 vs ", text, count=1)
    found, rest = _first(text, local)
    cut = _AGAINST.search(rest)
    if cut:
        base = found or _going_on(rest[cut.end() :], local)
        other, tail = _other(base, rest[cut.end() :], local)
        if other is not None:
            if (other.start, other.end) == (base.start, base.end):  # "yesterday vs last thursday" on a friday
                other = shifted(other.start - WEEK, other.end - WEEK, WEEK)
            rest = rest[: cut.start()] + " " + tail
            found = Span(base.start, base.end, other.start, _same_share(other, base, local))
    if found and found.start >= local:
        raise NotATime(f"{found.start:%Y-%m-%d} has not come yet")
    return found, rest


def _going_on(other: str, now: datetime) -> Span:
    """What is compared with a span where nothing else is named: with last month this month, with yesterday today."""
    unit = re.match(r"(?:the )?(?:(?:last|previous|prior) (month|quarter|year)|(yesterday))\b", other)
    if not unit:
        return this_week(now)
    return _WORDS["today" if unit[2] else f"(?:the )?(?:this|current) {unit[1]}{_TO_DATE[unit[1]]}"](now)


def _other(base: Span, text: str, now: datetime) -> tuple[Span | None, str]:
    """What a span is compared with in so many words: "the day before" is one day before it, whatever it is."""
    match = _EARLIER.match(text)
    if not match:
        return _first(text, now)
    unit = match["u"] or match["p"]
    if unit in ("week", "time", "weekday") or match[0].endswith("last week"):
        by = WEEK
    elif unit == "day":
        by = DAY
    elif unit == "month":
        first = month_start(base.start, -1)
        return Span(first + (base.start - month_start(base.start)), month_start(base.start), first, first), ""
    else:
        by = base.end - base.start
    return Span(base.start - by, base.end - by, base.start, base.end), text[match.end() :]


def _same_share(other: Span, base: Span, now: datetime) -> datetime:
    """The end of what is compared with: a week, month or quarter that goes on is compared with as much of the other one."""
    length = base.end - base.start
    if length >= other.end - other.start:
        return other.end
    weeks = other.end - other.start == WEEK and base.start.weekday() == 0
    going_on = base.end == now and all(
        s.day == 1 and s == midnight(s.date()) for s in (base.start, other.start, other.end)
    )
    return other.start + length if weeks or going_on else other.end


def _first(text: str, now: datetime) -> tuple[Span | None, str]:
    before_against = _AGAINST.split(text, maxsplit=1)[0]
    for pattern, make in (
        (_NTH_WEEK, _nth_week),
        (_QUARTER, _quarter),
        (_RANGE, _range),
        (_SINCE, _since),
        (_WEEK_OF, _week_of),
        (_LAST, _count),
        *((re.compile(rf"\b(?:{words})\b"), lambda _m, at, f=make: f(at)) for words, make in _WORDS.items()),
        (_ON, _on),
    ):
        match = pattern.search(before_against)
        if match:
            span, rest = make(match, now), text[: match.start()] + " " + text[match.end() :]
            if pattern is _RANGE and re.fullmatch(rf"(?:{CLOCK}|noon)", match["a"]):
                return _on_day(span, rest, now)
            return span, rest
    return None, text


def _on_day(span: Span, rest: str, now: datetime) -> tuple[Span, str]:
    """Hours of the clock belong to the day that stands beside them ("yesterday between 2pm and 4pm")."""
    day, tail = _first(rest, now)
    if day is None:
        return shifted(span.start, min(span.end, now), WEEK), rest
    by = midnight(day.start.date()) - midnight(span.start.date())
    return shifted(span.start + by, span.end + by, WEEK), tail


def _range(match: re.Match[str], now: datetime) -> Span:
    start, end = point(match["a"], now)[0], point(match["b"], now)[1]
    if end < start and re.fullmatch(CLOCK, match["b"]):
        end += DAY
    if end <= start:
        raise NotATime(f"the period ends ({match['b']}) before it begins ({match['a']})")
    return before(start, end if re.fullmatch(CLOCK, match["b"]) else min(end, now))


def _since(match: re.Match[str], now: datetime) -> Span:
    start = point(match["a"], now)[0]
    weekly = re.fullmatch(rf"(?:last |this )?{DAY_NAME}|.*week", match["a"]) and now - start <= WEEK
    return shifted(start, now, WEEK) if weekly else before(start, now)


def _week_of(match: re.Match[str], now: datetime) -> Span:
    if match["a"]:
        day = point(match["a"], now)[0]
    else:
        try:
            day = midnight(date.fromisocalendar(int(match["y"]), int(match["w"]), 1))
        except ValueError as error:
            raise NotATime(f"there is no week {match['w']} in {match['y']}") from error
    monday = midnight(day.date()) - day.weekday() * DAY
    return shifted(monday, min(monday + WEEK, now), WEEK)


def _nth_week(match: re.Match[str], now: datetime) -> Span:
    """Seven days of a month, from its first, eighth, ...; the last week are its last seven."""
    first, after = point(match["m"], now)
    number = _NTH[match["n"]]
    start = after - WEEK if number < 0 else first + number * WEEK
    return shifted(start, min(start + WEEK, now), WEEK)


def _quarter(match: re.Match[str], now: datetime) -> Span:
    """A quarter against the one before; without a year the newest that has begun."""
    first = quarter_start(now).replace(year=int(match["y"] or now.year), month=3 * int(match["q"]) - 2)
    if not match["y"] and first > now:
        first = first.replace(year=first.year - 1)
    if quarter_start(first, 1) > now:
        return before(first, now)
    return Span(first, quarter_start(first, 1), quarter_start(first, -1), first)


def _count(match: re.Match[str], now: datetime) -> Span:
    text = match["n"] or match["n2"]
    unit = (match["u"] or match["u2"])[0]
    count = NUMBERS[text] if text in NUMBERS else int(text)
    if not 0 < count <= 1000:
        raise NotATime(f"{count} is too many or too few")
    return last(count, unit, now)


def _on(match: re.Match[str], now: datetime) -> Span:
    text = match["a"]
    if re.fullmatch(rf"{MONTH}(?: \d{{4}})?", text):
        first = point(text, now)[0]
        return this_month(now) if first == month_start(now) else whole_month(first)
    start, end = point(text, now)
    end = max(end, start + timedelta(hours=1))
    return one_day(start, now) if end - start == DAY else shifted(start, min(end, now), WEEK)


def aware(moment: datetime, zone: ZoneInfo) -> datetime:
    """Local wall-clock time as UTC."""
    return moment.replace(tzinfo=zone).astimezone(UTC)
