"""The time part of a question: "yesterday", "last 7 days", "since monday", "2026-11-01..2026-11-15"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """Local wall-clock bounds (naive, `end` exclusive) and those of what it is compared with by default."""

    start: datetime
    end: datetime
    against_start: datetime
    against_end: datetime


class NotATime(ValueError):
    """A phrase that looks like a time and is none, in words for the asker."""


def shifted(start: datetime, end: datetime, by: timedelta) -> Span:
    return Span(start, end, start - by, end - by)


def before(start: datetime, end: datetime) -> Span:
    """Against the span of the same length that ends where this one begins."""
    return shifted(start, end, end - start)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def month_start(moment: datetime, months: int = 0) -> datetime:
    """The first of the month, so many months later."""
    number = moment.year * 12 + moment.month - 1 + months
    return datetime(number // 12, number % 12 + 1, 1)  # noqa: DTZ001 - local wall-clock time


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


_UNITS = {"h": timedelta(hours=1), "d": DAY, "w": WEEK}


def last(count: int, unit: str, now: datetime) -> Span:
    """The last so many hours (to now), days or weeks (to the last midnight) or months (to the first)."""
    if unit == "m":
        first = month_start(now)
        return Span(month_start(now, -count), first, month_start(now, -2 * count), month_start(now, -count))
    end = now if unit == "h" else midnight(now.date())
    return before(end - count * _UNITS[unit], end)


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
    "this morning": lambda now: shifted(midnight(now.date()), min(now, midnight(now.date()) + DAY / 2), WEEK),
}
_NUMBERS = {
    w: i for i, w in enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"])
} | {
    "twelve": 12,
    "fourteen": 14,
    "thirty": 30,
    "a couple of": 2,
    "a few": 3,
}
_COUNT = rf"\d{{1,4}}|{'|'.join(_NUMBERS)}"
_LAST = re.compile(
    rf"\b(?:(?:in |over |during |for )?(?:the )?(?:last|past|previous|prior) )(?P<n>{_COUNT}) ?"
    r"(?P<u>h|hrs?|hours?|d|days?|w|weeks?|months?)\b|\b(?P<n2>\d{1,4}) ?(?P<u2>h|hrs?|hours?|d|days?|w|weeks?)\b(?: ago)?"
)
_MONTH = rf"(?:{'|'.join(m[:3] + '(?:' + m[3:] + ')?' if m != 'may' else 'may' for m in MONTHS)}|sept)\b\.?"
_DAY_NAME = rf"(?:{'|'.join(d[:3] + '(?:' + d[3:] + ')?' for d in WEEKDAYS)}|tues|thur|thurs)\b"
_CLOCK = r"(?:\d{1,2}(?::\d{2})? ?(?:am|pm)|\d{1,2}:\d{2})"
_POINT = (
    rf"(?:\d{{4}}-\d{{1,2}}-\d{{1,2}}(?:[t ]\d{{1,2}}:\d{{2}}(?::\d{{2}})?z?)?|\d{{4}}/\d{{1,2}}/\d{{1,2}}"
    rf"|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?\b|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? \d{{4}}\b)?"
    rf"|(?:last |this )?{_DAY_NAME}|today|yesterday|(?:the )?(?:start|beginning) of (?:the |this )?(?:week|month)"
    rf"|the (?:first|1st)|{_CLOCK}|noon|midnight|(?:this|last) (?:week|month)|now|{_MONTH}(?: \d{{4}})?)"
)
_RANGE = re.compile(
    rf"\b(?:between |from )?(?P<a>{_POINT}) ?(?:\.\.\.?|–|—|->| - | to | until | till | through | thru | and )"
    rf" ?(?P<b>{_POINT})"
)
_SINCE = re.compile(rf"\b(?:since|from|starting|after)(?: on)? (?P<a>{_POINT})")
_WEEK_OF = re.compile(rf"\bweek (?:of|starting|beginning) (?P<a>{_POINT})|\b(?P<y>\d{{4}})-?w(?P<w>\d{{1,2}})\b")
_ON = re.compile(rf"\b(?:on |in |during |for )?(?P<a>{_POINT})")
_AGAINST = re.compile(r"\b(?:vs\.?|versus|against|compared (?:to|with)|relative to|than)\s+")


def find_span(text: str, now: datetime, zone: ZoneInfo) -> tuple[Span | None, str]:
    """The span that a question in lower case names, in local time, and the text without it.

    `now` is aware. Raises NotATime for a date that does not exist or lies in the future."""
    local = now.astimezone(zone).replace(tzinfo=None)
    found, rest = _first(text, local)
    cut = _AGAINST.search(rest)
    if cut:
        other, tail = _first(rest[cut.end() :], local)
        if other is not None:
            rest = rest[: cut.start()] + " " + tail
            base = found or this_week(local)
            found = Span(base.start, base.end, other.start, _same_share(other, base))
    if found and found.start >= local:
        raise NotATime(f"{found.start:%Y-%m-%d} has not come yet")
    return found, rest


def _same_share(other: Span, base: Span) -> datetime:
    """The end of what is compared with: a week that goes on is compared with as much of the other one."""
    going_on = other.end - other.start == WEEK and base.end - base.start < WEEK and base.start.weekday() == 0
    return other.start + (base.end - base.start) if going_on else other.end


def _first(text: str, now: datetime) -> tuple[Span | None, str]:
    before_against = _AGAINST.split(text, maxsplit=1)[0]
    for pattern, make in (
        (_RANGE, _range),
        (_SINCE, _since),
        (_WEEK_OF, _week_of),
        (_LAST, _count),
        *((re.compile(rf"\b(?:{words})\b"), lambda _m, at, f=make: f(at)) for words, make in _WORDS.items()),
        (_ON, _on),
    ):
        match = pattern.search(before_against)
        if match:
            span = make(match, now)
            return span, text[: match.start()] + " " + text[match.end() :]
    return None, text


def _range(match: re.Match[str], now: datetime) -> Span:
    start, end = _point(match["a"], now)[0], _point(match["b"], now)[1]
    if end <= start:
        raise NotATime(f"the period ends ({match['b']}) before it begins ({match['a']})")
    return before(start, min(end, now))


def _since(match: re.Match[str], now: datetime) -> Span:
    start = _point(match["a"], now)[0]
    weekly = re.fullmatch(rf"(?:last |this )?{_DAY_NAME}|.*week", match["a"]) and now - start <= WEEK
    return shifted(start, now, WEEK) if weekly else before(start, now)


def _week_of(match: re.Match[str], now: datetime) -> Span:
    if match["a"]:
        day = _point(match["a"], now)[0]
    else:
        try:
            day = midnight(date.fromisocalendar(int(match["y"]), int(match["w"]), 1))
        except ValueError as error:
            raise NotATime(f"there is no week {match['w']} in {match['y']}") from error
    monday = midnight(day.date()) - day.weekday() * DAY
    return shifted(monday, min(monday + WEEK, now), WEEK)


def _count(match: re.Match[str], now: datetime) -> Span:
    text = match["n"] or match["n2"]
    unit = (match["u"] or match["u2"])[0]
    count = _NUMBERS[text] if text in _NUMBERS else int(text)
    if not 0 < count <= 1000:
        raise NotATime(f"{count} is too many or too few")
    return last(count, unit, now)


def _on(match: re.Match[str], now: datetime) -> Span:
    text = match["a"]
    if re.fullmatch(rf"{_MONTH}(?: \d{{4}})?", text):
        first = _point(text, now)[0]
        return this_month(now) if first == month_start(now) else whole_month(first)
    start, end = _point(text, now)
    end = max(end, start + timedelta(hours=1))
    return one_day(start, now) if end - start == DAY else shifted(start, min(end, now), WEEK)


def _point(text: str, now: datetime) -> tuple[datetime, datetime]:
    """First and end (exclusive) of what a point names: a day, a month, a moment."""
    today = midnight(now.date())
    text = text.strip(" .")
    if text == "now":
        return now, now
    if text in ("today", "yesterday", "midnight"):
        day = today - (DAY if text == "yesterday" else timedelta())
        return day, day + DAY
    if "month" in text or text in ("the first", "the 1st"):
        first = month_start(now, -1 if text == "last month" else 0)
        return first, month_start(first, 1)
    if "week" in text:
        monday = today - now.weekday() * DAY - (WEEK if text == "last week" else timedelta())
        return monday, monday + WEEK
    if re.fullmatch(rf"{_CLOCK}|noon", text):
        moment = today + _clock(text)
        moment -= DAY if moment > now else timedelta()
        return moment, moment
    if re.fullmatch(rf"(?:last |this )?{_DAY_NAME}", text):
        return _weekday(text, today)
    return _date(text, now)


def _clock(text: str) -> timedelta:
    if text == "noon":
        return timedelta(hours=12)
    hour, minute = re.match(r"(\d{1,2})(?::(\d{2}))?", text).groups()  # type: ignore[union-attr]
    late = 12 if text.endswith("pm") and int(hour) < 12 else -12 if text.endswith("am") and int(hour) == 12 else 0
    if int(hour) + late > 23 or int(minute or 0) > 59:
        raise NotATime(f"there is no time {text}")
    return timedelta(hours=int(hour) + late, minutes=int(minute or 0))


def _weekday(text: str, today: datetime) -> tuple[datetime, datetime]:
    """The most recent such day; "last monday" on a monday is a week ago."""
    name = text.split()[-1]
    number = next(i for i, day in enumerate(WEEKDAYS) if day.startswith(name[:3]))
    back = (today.weekday() - number) % 7
    day = today - (7 if back == 0 and text.startswith("last") else back) * DAY
    return day, day + DAY


def _date(text: str, now: datetime) -> tuple[datetime, datetime]:
    moment = re.fullmatch(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[t ](\d{1,2}):(\d{2})(?::\d{2})?z?)?", text)
    try:
        if moment:
            year, month, day = (int(g) for g in moment.groups()[:3])
            start = datetime(year, month, day, int(moment[4] or 0), int(moment[5] or 0))  # noqa: DTZ001
            return start, start if moment[4] else start + DAY
        name = re.search(r"[a-z]{3,}", re.sub(r"(?<=\d)(?:st|nd|rd|th)|\bof\b", "", text))
        number = next(i for i, m in enumerate(MONTHS, 1) if name and m.startswith(name[0][:3]))
        year_text, day_text = re.search(r"\b\d{4}\b", text), re.search(r"\b\d{1,2}(?!\d)", text)
        year = int(year_text[0]) if year_text else now.year
        start = datetime(year, number, int(day_text[0]) if day_text else 1)  # noqa: DTZ001
    except (ValueError, StopIteration) as error:
        raise NotATime(f"there is no date {text}") from error
    if not year_text and start > now:
        start = start.replace(year=year - 1)
    return start, start + DAY if day_text else month_start(start, 1)


def aware(moment: datetime, zone: ZoneInfo) -> datetime:
    """Local wall-clock time as UTC."""
    return moment.replace(tzinfo=zone).astimezone(UTC)
