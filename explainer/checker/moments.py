"""Times and durations in a text, as far as they are given."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from explainer.checker.figures import NUMBER_WORDS

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAY = (
    r"(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)\b"
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\b(?:\.(?=\s\d))?"
)
_ZONES = [
    "ACDT", "ACST", "AEDT", "AEST", "AKDT", "AKST", "AWST", "BST", "CAT", "CDT", "CEST", "CST", "ChST", "EAT", "EDT",
    "EEST", "HDT", "HKT", "HST", "IDT", "IST", "JST", "KST", "MDT", "MSK", "MST", "NDT", "NST", "NZDT", "NZST",
    "PDT", "PKT", "PST", "SAST", "SGT", "SST", "WAT", "WEST", "WET", "WIB", "WIT", "WITA",
]  # fmt: skip
"""The zones' own names, as the time zone database has them."""
_ZONE = r"(?:\s?(?P<zone{n}>UTC(?:[+-]\d{{1,2}}(?::?\d\d)?)?|GMT|Z|[CEMP][ES]?T|{zones}|local time|[+-]\d\d:?\d\d)(?![A-Za-z]))?"
_ZONE = _ZONE.replace("{zones}", "|".join(_ZONES))
_CLOCK = (
    r"(?:(?P<h{n}>[01]?\d|2[0-4])(?:[:.](?P<m{n}>[0-5]\d)(?::[0-5]\d(?:\.\d+)?)?\s?(?P<ap{n}>[ap]\.?m\.?(?![A-Za-z])|o'clock\b)?|"
    r"\s?(?P<ap{n}b>[ap]\.?m\.?(?![A-Za-z])|o'clock\b)|\s?h(?P<m{n}b>[0-5]\d))|(?P<word{n}>noon|midday|midnight)\b)"
    + _ZONE
)
_CLOCK_STRICT = _CLOCK.replace("[:.](?P<m{n}>", ":(?P<m{n}>")
_DATE = (
    rf"(?:(?P<wd>{_WEEKDAY})\s?,?\s(?:the\s)?)?"
    rf"(?:(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s(?:of\s)?(?P<mo>{_MONTH})|(?P<mo2>{_MONTH})\s(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|:\d))"
    rf"(?:,?\s(?P<y>20\d\d)\b)?"
)
_ISO = r"(?P<iso>20\d\d-\d\d-\d\d)(?:[T ](?P<isoh>\d\d):(?P<isom>\d\d)(?::\d\d(?:\.\d+)?)?" + _ZONE.format(n=3) + ")?"
MOMENT = re.compile(
    rf"(?:{_ISO}|{_DATE}(?:\s?,?\s(?:at\s|around\s|about\s)?{_CLOCK_STRICT.format(n=1)})?|"
    rf"{_CLOCK_STRICT.format(n=2)}(?:,?\s(?:on\s)?{_DATE.replace('?P<wd>', '?P<wdb>').replace('?P<d>', '?P<db>').replace('?P<mo>', '?P<mob>').replace('?P<mo2>', '?P<mo2b>').replace('?P<d2>', '?P<d2b>').replace('?P<y>', '?P<yb>')})?|"
    rf"(?P<rel>the day before yesterday|earlier today|yesterday(?:\s(?P<relpart>morning|afternoon|evening|night))?|today|tonight|last night|last week|this week|earlier this week|this (?:morning|afternoon|evening)|tomorrow|overnight)\b|"
    r"(?P<span>the weekend|a weekend|a week-?day|a working day|a work-?day|a business day|an? saturday or sunday|a sunday or saturday)\b|"
    r"(?P<daypart>(?:(?<=in the )|(?<=during the ))(?:early |late )?(?:morning|afternoon|evening|night)|small hours|early hours)\b|"
    rf"the\s(?P<dayalone>\d{{1,2}})(?:st|nd|rd|th)\b(?!\s(?:of\s)?(?:{_MONTH}))|"
    rf"(?P<monthalone>(?:(?<=in )|(?<=since )|(?<=of )|(?<=mid-)|(?<=early )|(?<=late ))(?:march|may)\b|(?:january|february|april|june|july|august|september|october|november|december)\b)(?:\s(?P<yc>20\d\d))?|"
    rf"(?P<alone>{_WEEKDAY.replace(r'mon(?:day)?', 'monday').replace(r'sat(?:urday)?', 'sat(?:urday)?').replace(r'sun(?:day)?', 'sun(?:day)?')})"
    rf"(?:\s(?P<part>morning|afternoon|evening|night)\b)?(?:\s?,?\s(?:at\s)?{_CLOCK_STRICT.format(n=4)})?)(?![\w])",
    re.IGNORECASE,
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
ORDINALS = [
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
    "twentieth", "twenty-first", "twenty-second", "twenty-third", "twenty-fourth", "twenty-fifth", "twenty-sixth",
    "twenty-seventh", "twenty-eighth", "twenty-ninth", "thirtieth", "thirty-first",
]  # fmt: skip
SLASHED_DAY = re.compile(rf"(?<![\w/.-])(\d{{1,2}})[/-]({_MONTH})(?:[/-](20\d\d))?(?![\w/-])", re.IGNORECASE)
"""`13/Jul`, `13-Jul-2026`."""
ORDINAL_DAY = re.compile(rf"\b(?:the )?(?P<day>{'|'.join(reversed(ORDINALS))}) of (?P<month>{_MONTH})", re.IGNORECASE)
"""`the first of November`."""
_TO = r"(?P<to>to|until|till|and|through|–|-)"
DAYS_OF_MONTH = re.compile(
    rf"(?<![\d:.$])\b(?P<first>{_DAY})\s?{_TO}\s?(?P<second>{_DAY})\s(?P<month>{_MONTH})",
    re.IGNORECASE,
)
"""`12 to 14 May`: two days of one month."""
MONTH_DAYS = re.compile(
    rf"\b(?P<month>{_MONTH})\s(?P<first>{_DAY})\s?{_TO}\s?(?P<second>{_DAY})(?![\d:,.]*\d)(?!\s(?:{_MONTH}|[%a-z]+ of))",
    re.IGNORECASE,
)
"""`May 12 to 14`: two days of one month."""
DURATION = re.compile(
    rf"(?:(?P<tens>twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)-(?P<ones>{'|'.join(NUMBER_WORDS)})(?=[ -])|(?P<quarter>(?:a|one|three) quarters? of an?)(?=[ -](?:hour|day|week|year)\b)|(?P<past>(?<=past )|(?<=last )|(?<=previous ))(?=(?:hour|day|week|month|year)\b)|(?P<vague>(?<=for )(?:(?:many|several) )?)(?=(?:hours|days|weeks|months|years)\b)|(?P<vague2>)(?=(?:minutes|hours|days|weeks|months) (?:before|after|earlier|later|ahead)\b)|(?P<half>half an?|an?|one and a half|an? (?:full|whole|single|good))(?=[ -]\w{{3}})|(?P<number>\d+(?:\.\d+)?|{'|'.join(NUMBER_WORDS)})(?:[ -](?:full|whole|entire|solid|straight))?)"
    r"(?P<andhalf> and a half)?[\s-]?(?:(?:full|whole|entire|consecutive|straight|solid|calendar|more|further|extra|additional) )?(?P<unit>hours?|hrs?|h|days?|d|weeks?|wks?|minutes?|mins?|min|months?|years?|seconds?)\b(?P<half2> and a half)?(?P<ago> ago\b)?",
    re.IGNORECASE,
)
_HOURS = {"h": 1.0, "d": 24.0, "w": 168.0, "mo": 730.0, "m": 1 / 60, "y": 8760.0, "s": 1 / 3600}


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as far as it is told; `relative` is yesterday and the like, `zone` the zone it names, in
    capitals and UTC by that name."""

    shown: str
    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    hour: int | None = None
    minute: int | None = None
    relative: str = ""
    part: str = ""
    days: frozenset[int] = frozenset()
    """The days of the week it may be, where several: the weekend, a working day."""
    zone: str = ""
    valid: bool = True
    either: bool = False
    """Of twelve hours, without the half of the day."""

    def fits(self, at: datetime, *, near: bool = False) -> bool:
        """True where `at`, in the zone it is told in, is told so. `near` allows half an hour either way where only an hour is told."""
        if (
            self.hour == 0
            and "midnight" in self.shown.lower()
            and (at.hour, at.minute) == (0, 0)
            and self.day is not None
        ):
            before = at - timedelta(days=1)
            if (self.day, self.month or before.month) == (before.day, before.month):
                return True
        told = ((self.year, at.year), (self.month, at.month), (self.day, at.day), (self.weekday, at.weekday()))
        if not self.valid or any(mine is not None and mine != real for mine, real in told):
            return False
        if self.days and at.weekday() not in self.days:
            return False
        if self.part and not in_part(self.part, at.hour):
            return False
        if self.hour is None:
            return True
        off = abs(60 * self.hour + (self.minute or 0) - 60 * at.hour - at.minute)
        if self.either:
            off %= 720
            return min(off, 720 - off) <= (30 if near else 0)
        return min(off, 1440 - off) <= (30 if near else 0)

    def bounds(self, at: datetime, side: str) -> bool:
        """True where `at` lies on this `side` (before, after) of a time of day that is told alone."""
        if side not in ("before", "after") or self.hour is None or self.day or self.month or self.weekday is not None:
            return False
        told, real = 60 * self.hour + (self.minute or 0), 60 * at.hour + at.minute
        return real < told if side == "before" else real > told


@dataclass(frozen=True, slots=True)
class Duration:
    """A span in hours; `step` is the unit of its last digit in hours, `bare` where no number is given (a day)."""

    shown: str
    hours: float
    step: float
    unit: str
    ago: bool
    bare: bool
    vague: bool = False
    """Two or more of its unit: `for months`."""

    @property
    def unit_hours(self) -> float:
        """The hours of one of its unit."""
        return _HOURS[self.unit]

    def fits(self, hours: float, *, near: bool = False, bound: str = "") -> bool:
        """True where a span of so many hours is told so; in a coarser unit than it has, to half of that unit. `bound` says
        whether it is told to be `less` or `more` than this, or `nearly` or `just over` it."""
        if bound in ("less", "most", "more"):
            return hours > self.hours if bound == "more" else hours < self.hours + (1e-6 if bound == "most" else 0.0)
        if bound:
            room = max(self.unit_hours, 0.34 * self.hours)
            low, high = (-room, 0.0) if bound == "nearly" else (0.0, room)
            return low <= hours - self.hours <= high
        if self.vague:
            return 1.9 * _HOURS[self.unit] <= hours
        room = self.step * (0.5 if self.unit in ("d", "w", "mo") or near else 0.02)
        if self.unit == "w" and self.ago:
            room = 36.0
        if self.unit == "mo":
            room = 60.0
        return abs(self.hours - hours) <= room + 1e-6


def in_part(part: str, hour: int) -> bool:
    """True where an hour lies in a part of the day; in none, any does."""
    word = part.split()[-1] if part else ""
    spans = {"morning": range(12), "afternoon": range(12, 18), "evening": range(17, 24), "hours": range(6)}
    return not part or (hour in spans[word] if word in spans else hour >= 20 or hour < 6)


def moment_of(match: re.Match[str]) -> Moment | None:
    """The time that MOMENT found; None where it is no time after all."""
    groups = {k: v for k, v in match.groupdict().items() if v}
    shown = match[0].strip()
    if "rel" in groups:
        part = groups.get("relpart", "").lower()
        return Moment(shown, relative=shown.lower().removesuffix(f" {part}"), part=part)
    if "span" in groups:
        rest = re.search(r"sunday|weekend", shown.lower())
        return Moment(shown, days=frozenset((5, 6) if rest else range(5)))
    if "daypart" in groups:
        return Moment(shown, part=groups["daypart"].lower())
    zone = next((groups[k] for k in ("zone1", "zone2", "zone3", "zone4") if k in groups), "").upper()
    if zone in ("GMT", "Z", "UTC+0", "UTC+00:00", "+00:00", "+0000"):
        zone = "UTC"
    if "iso" in groups:
        year, month, day = (int(v) for v in groups["iso"].split("-"))
        hour = int(groups["isoh"]) if "isoh" in groups else None
        minute = int(groups["isom"]) if "isom" in groups else None
        return Moment(shown, year, month, day, None, hour, minute, zone=zone)
    hour, minute, valid = _clock(groups)
    month_name = next((groups[k] for k in ("mo", "mo2", "mob", "mo2b", "monthalone") if k in groups), None)
    day_text = next((groups[k] for k in ("d", "d2", "db", "d2b") if k in groups), None)
    year_text = groups.get("y") or groups.get("yb") or groups.get("yc")
    weekday = next((groups[k] for k in ("wd", "wdb", "alone") if k in groups), None)
    day_text = day_text or groups.get("dayalone")
    if month_name is None and weekday is None and hour is None and day_text is None:
        return None
    return Moment(
        shown,
        int(year_text) if year_text else None,
        _MONTHS.index(month_name[:3].lower()) + 1 if month_name else None,
        int(day_text) if day_text else None,
        _DAYS.index(weekday[:3].lower()) if weekday else None,
        hour,
        minute,
        part=groups.get("part", "").lower(),
        zone=zone,
        valid=valid,
        either="o'clock" in shown.lower(),
    )


def _clock(groups: dict[str, str]) -> tuple[int | None, int | None, bool]:
    """Hour, minute and whether the clock can show that."""
    for n in "124":
        if f"word{n}" in groups:
            return (0 if groups[f"word{n}"].lower() == "midnight" else 12), 0, True
        if f"h{n}" not in groups:
            continue
        hour, minute = int(groups[f"h{n}"]), int(groups.get(f"m{n}") or groups.get(f"m{n}b") or 0)
        half = (groups.get(f"ap{n}") or groups.get(f"ap{n}b") or "").lower()
        if not half or half.startswith("o"):
            return hour % 24, minute, True
        return hour % 12 + (12 if half.startswith("p") else 0), minute, 1 <= hour <= 12
    return None, None, True


def duration_of(match: re.Match[str]) -> Duration:
    """The duration that DURATION found."""
    word = match["unit"].lower()
    unit = "mo" if word.startswith("mo") else word[0]
    number, half = match["number"], (match["half"] or "").lower()
    value = 0.5 if half.startswith("half") else 1.5 if half.startswith("one and") else 1.0
    if match["quarter"]:
        value = 0.75 if match["quarter"].lower().startswith("three") else 0.25
    step = 1.0
    if match["tens"]:
        value = float(NUMBER_WORDS[match["tens"].lower()] + NUMBER_WORDS[match["ones"].lower()])
    if number:
        value = float(NUMBER_WORDS[number.lower()]) if number.lower() in NUMBER_WORDS else float(number)
        step = 10.0 ** -len(number.split(".")[1]) if "." in number else 1.0
    if match["andhalf"] or match["half2"]:
        value, step = value + 0.5, 0.5
    return Duration(
        match[0],
        value * _HOURS[unit],
        step * _HOURS[unit],
        unit,
        bool(match["ago"]),
        number is None and match["tens"] is None,
        match["vague"] is not None or match["vague2"] is not None,
    )
