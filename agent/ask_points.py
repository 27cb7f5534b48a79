"""A point in a question about time: a date, a weekday, a month, a moment, "3 days ago"."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"]
)  # fmt: skip

UNITS = {"h": timedelta(hours=1), "d": DAY, "w": WEEK}

NUMBERS = {
    w: i for i, w in enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"])
} | {
    "twelve": 12,
    "fourteen": 14,
    "thirty": 30,
    "a couple of": 2,
    "a few": 3,
    "few": 3,
    "couple of": 2,
}
COUNT = rf"\d{{1,4}}|{'|'.join(NUMBERS)}"
MONTH = rf"(?:{'|'.join(m[:3] + '(?:' + m[3:] + ')?' if m != 'may' else 'may' for m in MONTHS)}|sept)\b\.?"
DAY_NAME = rf"(?:{'|'.join(d[:3] + '(?:' + d[3:] + ')?' for d in WEEKDAYS)}|tues|thur|thurs)\b"
CLOCK = r"(?:\d{1,2}(?::\d{2})? ?(?:am|pm)|\d{1,2}:\d{2})"
POINT = (
    rf"(?:(?:{COUNT}|a) (?:hours?|days?|weeks?) ago|the \d{{1,2}}(?:st|nd|rd|th)\b(?! of)|\d{{1,2}}\.\d{{1,2}}\.\d{{4}}"
    rf"|\d{{1,2}}/\d{{1,2}}(?:/\d{{4}})?\b|\d{{4}}-\d{{1,2}}-\d{{1,2}}(?:[t ]\d{{1,2}}:\d{{2}}(?::\d{{2}})?z?)?|\d{{4}}/\d{{1,2}}/\d{{1,2}}"
    rf"|{MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?\b|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {MONTH}(?:,? \d{{4}}\b)?"
    rf"|(?:last |this )?{DAY_NAME}|today|yesterday|(?:the )?(?:start|beginning) of (?:the |this )?(?:week|month)"
    rf"|the (?:first|1st)|{CLOCK}|noon|midnight|(?:this|last) (?:week|month)|now|{MONTH}(?: \d{{4}})?)"
)


class NotATime(ValueError):
    """A phrase that looks like a time and is none, in words for the asker."""


def midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def month_start(moment: datetime, months: int = 0) -> datetime:
    """The first of the month, so many months later."""
    number = moment.year * 12 + moment.month - 1 + months
    return datetime(number // 12, number % 12 + 1, 1)  # noqa: DTZ001 - local wall-clock time


def quarter_start(moment: datetime, quarters: int = 0) -> datetime:
    """The first day of the quarter, so many quarters later."""
    return month_start(moment, -((moment.month - 1) % 3) + 3 * quarters)


def point(text: str, now: datetime) -> tuple[datetime, datetime]:
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
    if text.endswith("ago"):
        return _ago(text, now)
    if re.fullmatch(rf"{CLOCK}|noon", text):
        moment = today + _clock(text)
        moment -= DAY if moment > now else timedelta()
        return moment, moment
    if re.fullmatch(rf"(?:last |this )?{DAY_NAME}", text):
        return _weekday(text, today)
    return _date(text, now)


def _ago(text: str, now: datetime) -> tuple[datetime, datetime]:
    """The day, the week, or the moment so many hours ago."""
    count, unit, _ = text.rsplit(" ", 2)
    number = 1 if count == "a" else NUMBERS[count] if count in NUMBERS else int(count)
    if unit[0] == "h":
        return now - number * UNITS["h"], now - number * UNITS["h"]
    day = midnight(now.date()) - number * UNITS[unit[0]]
    return (day, day + DAY) if unit[0] == "d" else (day - day.weekday() * DAY, day - day.weekday() * DAY + WEEK)


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
    numeric = re.fullmatch(r"(\d{1,2})([./])(\d{1,2})(?:[./](\d{4}))?", text)
    alone = re.fullmatch(r"the (\d{1,2})(?:st|nd|rd|th)", text)
    try:
        if numeric:
            return _numeric(numeric, now)
        if alone:
            first = month_start(now) if int(alone[1]) <= now.day else month_start(now, -1)
            start = first.replace(day=int(alone[1]))
            return start, start + DAY
        if moment:
            year, month, day = (int(g) for g in moment.groups()[:3])
            start = datetime(year, month, day, int(moment[4] or 0), int(moment[5] or 0))  # noqa: DTZ001
            return start, start if moment[4] else start + DAY
        name = re.search(r"[a-z]{3,}", re.sub(r"(?<=\d)(?:st|nd|rd|th)|\bof\b", "", text))
        number = next(i for i, m in enumerate(MONTHS, 1) if name and m.startswith(name[0][:3]))
        year_text, day_text = re.search(r"\b\d{4}\b", text), re.search(r"\b\d{1,2}(?!\d)", text)
        year = int(year_text[0]) if year_text else now.year
        start = datetime(year, number, int(day_text[0]) if day_text else 1)  # noqa: DTZ001
    except NotATime:
        raise
    except (ValueError, StopIteration) as error:
        raise NotATime(f"there is no date {text}") from error
    if not year_text and start > now:
        start = start.replace(year=year - 1)
    return start, start + DAY if day_text else month_start(start, 1)


def _numeric(match: re.Match[str], now: datetime) -> tuple[datetime, datetime]:
    """15.11.2026, 15/11 or 11/15; one that could mean two days is asked about."""
    one, two, year = int(match[1]), int(match[3]), int(match[4] or now.year)
    if match[2] == "/" and one <= 12 and two <= 12 and one != two:
        raise NotATime(f"{match[0]} could mean two days; write {year}-{one:02}-{two:02} or {year}-{two:02}-{one:02}")
    day, month = (two, one) if match[2] == "/" and two > 12 else (one, two)
    start = datetime(year, month, day)  # noqa: DTZ001
    if not match[4] and start > now:
        start = start.replace(year=year - 1)
    return start, start + DAY
