"""Figures in a text: what is shown, in which unit, and between which bounds the true value must lie."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from explainer.look import Look

FigureUnit = Literal["usd", "percent", "points", "ratio", "count", "foreign"]

NUMBER_WORDS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "dozen": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100,
}  # fmt: skip
_SCALE = {"k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "million": 1e6, "bn": 1e9, "b": 1e9, "billion": 1e9}
_MULTIPLES = {"doubl": 2.0, "tripl": 3.0, "trebl": 3.0, "quadrupl": 4.0, "quintupl": 5.0}
_WORD = "|".join(NUMBER_WORDS)
QUALIFIER = (
    r"(?P<qual>about|around|roughly|approximately|approx\.?|some|circa|c\.|~|≈|close to|nearly|almost|not quite|"
    r"just under|just over|slightly over|slightly under|slightly more than|slightly less than|a little over|"
    r"a little under|a little more than|a little less than|a bit over|a bit more than|a bit less than|"
    r"just above|just below|comfortably over|comfortably above|well under|well below|slightly above|slightly below|a touch over|a touch under|a touch above|a touch below|"
    r"a shade over|a shade under|a hair over|a hair under|no more than|not more than|no less than|not less than|no fewer than|below|above|beyond|in excess of|exceeding|short of|shy of|south of|"
    r"just shy of|just short of|well over|well above|more than|less than|fewer than|over|under|"
    r"at least|at most|up to|upwards of|north of|a good|as much as)\s*"
)
WORDED = re.compile(
    rf"(?:(?P<count>{_WORD}|an?)(?:[ -](?:mere|full|good|whole|tiny|scant|bare|further|remaining))?[ -]|(?<=remaining )|(?<=other )|(?<=final ))(?P<part>half|halves|thirds?|quarters?|fifths?|sixths?|sevenths?|eighths?|ninths?|tenths?|twelfths?|twentieths?|hundredths?|thousandths?)\b(?!-)(?! of an hour)|(?P<half>half)\b(?!-)|"
    r"(?P<most>(?<!, )(?:the )?(?:most|bulk|majority|lion's share|better part)(?= of\b(?! any\b| all(?: ?,| it\b| this\b)))|the (?:bulk|lion's share|better part|greater part|larger part))|(?P<all>(?:nearly|almost|practically|virtually) (?:all|everything)\b)|"
    r"(?P<few>(?:only )?(?:a|the) (?:small part|small share|fraction|minority|smaller part)(?= of\b)|(?:hardly any|barely any|very little|almost none|next to none|scarcely any)(?= of\b))|"
    rf"(?P<multiple>doubl|tripl|trebl|quadrupl|quintupl)(?:e[sd]?|ing)\b|(?P<halved>halv(?:ed|es|ing))\b|"
    rf"(?P<twice>twice|thrice)\b|(?P<many>{_WORD})(?P<andhalf> and a half)?(?P<how>[ -]?fold| times| to one)\b|"
    rf"(?P<low>{_WORD}) or (?P<high>{_WORD}) (?:in|out of|in every|out of every) (?P<whole>{_WORD}|a hundred|a thousand)\b|"
    rf"(?P<of>{_WORD})(?: (?:dollars?|cents?|requests?|calls?|runs?))? (?:in|out of|of|of the|in every|out of every|of every) (?P<every>{_WORD}|a hundred|a thousand|(?:(?<=in )|(?<=out of )|(?<=every ))\d{{2,3}}(?![\d:.,]*\d))\b(?! (?:\w+ )?(?:hours|drivers|teams|models|workflows|days|minutes|weeks|months))|"
    rf"(?P<tens>twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)-(?P<ones>{_WORD})\b(?P<wordpercent> per ?cent\b)?|"
    rf"(?P<spelt>{_WORD})(?P<spelltscale> hundred| thousand| million)? (?P<spelltunit>per ?cent|percentage points|points|dollars|cents)\b|"
    rf"(?P<round>{_WORD}|an?) (?P<roundscale>hundred|thousand|million)\b(?: (?P<roundunit>per ?cent|dollars|cents)\b)?",
    re.IGNORECASE,
)
_PARTS = {
    "hal": 2, "thi": 3, "qua": 4, "fif": 5, "six": 6, "sev": 7, "eig": 8, "nin": 9, "ten": 10, "twel": 12, "twen": 20,
    "hun": 100, "tho": 1000,
}  # fmt: skip
_BOUNDS = {"most": (50.0, 100.0), "all": (88.0, 100.0), "few": (0.0, 50.0)}


def normal(text: str) -> str:
    """Compatibility form, with one kind of minus, apostrophe and space."""
    plain = unicodedata.normalize("NFKC", text)
    return plain.replace("’", "'").replace("−", "-").replace("\u2011", "-").replace("‐", "-")


@dataclass(frozen=True, slots=True)
class Figure:
    """A shown figure. The true value's size lies within `low`..`high`; `sign` is the sign shown, 0 where none is.
    `step` is the unit of the last digit shown, `coarse` that of the last digit that is not zero."""

    value: float
    unit: FigureUnit
    low: float
    high: float
    step: float
    coarse: float
    sign: int
    shown: str
    worded: bool = False
    bare: bool = False
    """A number alone: no unit, no scale, no sign."""
    loose: bool = False
    """A bound from which the value may lie far: more than, under."""
    scale: float = 1.0
    """What its number stands in: 1,000 for $5k, 0.01 for 5 cents."""

    @classmethod
    def exact(cls, value: float, unit: FigureUnit, shown: str) -> Figure:
        """A figure written as a word, right to half a unit."""
        return cls(value, unit, value - 0.5, value + 0.5, 1.0, 1.0, 0, shown, bare=unit == "count")

    def in_unit_of(self, other: Figure) -> Figure:
        """The number in the unit that stands once for two: `from 71 to 13 per cent`, `$5 to 6k`."""
        scale = other.scale
        return replace(
            self,
            unit=other.unit,
            value=self.value * scale,
            low=self.low * scale,
            high=self.high * scale,
            step=self.step * scale,
            coarse=self.coarse * scale,
            scale=scale,
            bare=False,
        )

    def fits(self, value: float) -> bool:
        """True where a value of this size would be shown so."""
        slack = 1e-9 * max(1.0, abs(value)) + 1e-4 * self.step
        return self.low - slack <= abs(value) <= self.high + slack

    def qualified(self, word: str) -> Figure:
        """The figure as a word before it (about, nearly, just over) widens or bounds it."""
        value, coarse = self.value, max(self.coarse, self.step)
        if self.unit == "ratio" and self.worded and value < 1:  # more than halved is less than a half
            if word in _MORE:
                return replace(self, low=0.7 * value, high=value)
            if word in _NEARLY:
                return replace(self, low=value, high=1.2 * value)
        if word in _ABOUT:
            room = min(coarse / 2, max(self.step / 2, 0.05 * value))
            if self.unit == "ratio":
                room = max(room, 0.13 * value if self.worded else self.step / 2)
            if self.unit == "percent" and self.worded:
                room = max(room, 5.0)
            return replace(self, low=value - room, high=value + room)
        if word in _FAR and not self.loose:
            return replace(self, loose=True).qualified(word)
        near = word.startswith(("just", "slightly", "a little", "a bit", "a touch", "a shade", "a hair"))
        if word in _NEARLY:
            unit = self.step if self.worded and self.unit == "ratio" else coarse
            room = max(unit, self.step, (0.12 if self.worded else 0.03) * value)
            return replace(self, low=value - room, high=value)
        room = max(coarse, (0.12 if near or not self.worded else 0.25) * value)
        if word in _MORE:
            if self.unit == "percent" and self.worded and not near:
                room = 100.0 - value if value >= 50 else 25.0
            elif self.unit == "ratio" and self.worded:
                room = 5 * value if not near else 0.3
            return replace(self, low=value, high=value + room)
        if self.unit == "percent" and self.worded and not near:
            room = value
        return replace(self, low=value - room, high=value)


_ABOUT = {
    "about", "around", "roughly", "approximately", "approx", "approx.", "some", "circa", "c.", "~", "≈",
    "as much as", "close to",
}  # fmt: skip
_NEARLY = {"nearly", "almost", "not quite", "just under", "just below", "just shy of", "just short of"}
_FAR = {"more than", "over", "above", "at least", "beyond", "in excess of", "well over", "well above", "less than", "under", "below", "at most", "no more than", "no less than", "short of", "well under", "well below"}  # fmt: skip
_MORE = {
    "comfortably over", "comfortably above", "slightly above", "a touch over", "a touch above", "a shade over", "a hair over",
    "no less than", "not less than", "no fewer than", "above", "beyond", "in excess of", "exceeding",
    "just over", "slightly over", "slightly more than", "a little over", "a little more than", "a bit over",
    "a bit more than", "just above", "well over", "well above", "more than", "over", "at least", "upwards of",
    "north of", "a good",
}  # fmt: skip


class Figures:
    """Finds and reads the figures of texts as `look` writes them: its separators, and its currency as dollars."""

    def __init__(self, look: Look) -> None:
        group, self._decimal = (normal(s) for s in look.separators)
        self._group, self._usd = group, float(look.usd)
        self._signs = tuple(normal(s) for s in look.signs)
        self._pattern = _figure(self._signs, group, self._decimal, look.groups_of_two)

    def match(self, text: str, at: int) -> re.Match[str] | None:
        """The figure that begins at a place."""
        return self._pattern.match(text, at)

    def of(self, match: re.Match[str]) -> Figure:
        """The figure that was found."""
        digits = re.sub(rf"[{re.escape(self._group)}\u202f\u00a0]", "", match["number"]).replace(self._decimal, ".")
        unit, factor = self._unit((match["currency"] or "").strip(), (match["unit"] or "").strip(" -"))
        if "point" in match[0] and unit == "percent":
            unit = "points"
        factor *= _SCALE[match["scale"].strip().lower()] if match["scale"] else 1.0
        decimals = len(digits.split(".")[1]) if "." in digits else 0
        step = 10.0**-decimals * factor
        value = float(digits) * factor
        zeros = len(digits) - len(digits.rstrip("0")) if not decimals else 0
        coarse = step * 10**zeros if value else step
        # $24,000 stands for what rounds to it in thousands; 40 % and 3.0 stand for their last digit.
        # $150k for 148,549: three digits of which the last is a zero stand for two.
        plain_zeros = unit == "usd" and not match["scale"] and len(digits) - zeros >= 2 and zeros >= 2
        scaled_zero = unit == "usd" and bool(match["scale"]) and len(digits) == 3 and zeros == 1
        rounded = coarse if plain_zeros or scaled_zero else step
        sign = -1 if "-" in (match["sign"] or "") + (match["sign2"] or "") else 1 if match["sign"] == "+" else 0
        bare = unit == "count" and not match["scale"] and not sign
        low, high = value - rounded / 2, value + rounded / 2
        return Figure(value, unit, low, high, step, coarse, sign, match[0].strip(), bare=bare, scale=factor)

    def _unit(self, currency: str, unit: str) -> tuple[FigureUnit, float]:
        if currency in self._signs or (not currency and unit in self._signs):
            return "usd", self._usd
        return _unit(currency.lower(), unit.lower())


@lru_cache(maxsize=64)
def _figure(signs: tuple[str, ...], group: str, decimal: str, groups_of_two: bool) -> re.Pattern[str]:
    own = "|".join(re.escape(s) for s in signs)
    between, point = rf"[{re.escape(group)}\u202f\u00a0]", re.escape(decimal)
    thousands = rf"(?:{between}\d{{2,3}})*{between}\d{{3}}" if groups_of_two else rf"(?:{between}\d{{3}})+"
    return re.compile(
        rf"(?P<sign>[+±](?=\s?(?:[$£€¥\d.US]|{own}))|-(?=[$£€¥\d.US]|{own}))?\s?(?P<currency>US\$\s?|(?:{own})\s?|USD\s?|EUR\s?|GBP\s?|[$£€¥]\s?)?(?P<sign2>-)?"
        rf"(?P<number>\d{{1,3}}{thousands}(?:{point}\d+)?|\d+(?:{point}\d+)?|{point}\d+)(?!\d)"
        r"(?P<scale>(?:k|K|mn|m|M|bn|B|b)(?![A-Za-z])|\s(?:thousand|million|billion)\b)?"
        r"(?P<unit>(?:\s?|-(?=per|point|dollar|cent))(?:%|percent(?:age)? points?\b|per ?cent(?:age)? points?\b|percent\b|per cent\b|pct\b|pp\b|ppts?\b|points?\b|"
        r"basis points?\b|[x×](?![A-Za-z])|times\b|-?fold\b|"
        rf"(?:{own})(?!\w)|USD\b|US dollars?\b|dollars?\b|EUR\b|euros?\b|GBP\b|[€£¥]|"
        r"pounds?\b|cents?\b|¢|bucks\b))?(?:\s?points?\b)?(?![A-Za-z_])"
    )


def _unit(currency: str, unit: str) -> tuple[FigureUnit, float]:
    """The unit of a figure and what its number is multiplied with."""
    if currency in ("£", "€", "¥", "eur", "gbp") or unit.startswith(("eur", "gbp", "pound", "€", "£", "¥")):
        return "foreign", 1.0
    if "point" in unit or unit in ("pp", "ppt", "ppts"):
        return "points", 0.01 if "basis" in unit else 1.0
    if unit in ("%", "pct") or unit.startswith(("percent", "per cent")):
        return ("percent", 1.0) if not currency else ("foreign", 1.0)
    if unit.startswith("cent") or unit == "¢":
        return "usd", 0.01
    if currency or unit in ("usd", "bucks") or "dollar" in unit:
        return "usd", 1.0
    if unit in ("x", "×", "times") or unit.endswith("fold"):
        return "ratio", 1.0
    return "count", 1.0


def _every(word: str) -> float:
    return {"a hundred": 100.0, "a thousand": 1000.0}.get(word) or float(NUMBER_WORDS.get(word) or word)


def worded_figure(match: re.Match[str]) -> Figure:
    """The figure that WORDED found: doubled, three times, half, two thirds, one in four."""
    shown = match[0]
    for word, (low, high) in _BOUNDS.items():
        if match[word]:
            return Figure((low + high) / 2, "percent", low, high, 1.0, 1.0, 0, shown, worded=True)
    if match["half"]:
        return Figure(50.0, "percent", 47.0, 53.0, 1.0, 1.0, 0, shown, worded=True)
    if match["part"]:
        count = (match["count"] or "a").lower()
        part = match["part"].lower()
        whole = next(number for start, number in _PARTS.items() if part.startswith(start))
        share = 100.0 * (1 if count in ("a", "an") else NUMBER_WORDS[count]) / whole
        room = min(3.0, share / 2)
        return Figure(share, "percent", share - room, share + room, 1.0, 1.0, 0, shown, worded=True)
    if match["low"]:
        low, high = (100.0 * NUMBER_WORDS[match[k].lower()] / _every(match["whole"].lower()) for k in ("low", "high"))
        return Figure((low + high) / 2, "percent", 0.9 * low, 1.1 * high, 1.0, 1.0, 0, shown, worded=True)
    if match["of"]:
        share = 100.0 * NUMBER_WORDS[match["of"].lower()] / _every(match["every"].lower())
        room = min(3.0, share / 2)
        return Figure(share, "percent", share - room, share + room, 1.0, 1.0, 0, shown, worded=True)
    if match["tens"]:
        value = float(NUMBER_WORDS[match["tens"].lower()] + NUMBER_WORDS[match["ones"].lower()])
        return Figure.exact(value, "percent" if match["wordpercent"] else "count", shown)
    if match["spelt"] or match["round"]:
        unit, factor = _unit("", match["spelltunit"] or match["roundunit"] or "")
        scale = (match["spelltscale"] or match["roundscale"] or "").strip().lower()
        factor *= {"hundred": 100.0, **_SCALE}.get(scale, 1.0)
        value = NUMBER_WORDS.get((match["spelt"] or match["round"]).lower(), 1) * factor
        return Figure(value, unit, value - factor / 2, value + factor / 2, factor, factor, 0, shown)
    if match["halved"]:
        return Figure(0.5, "ratio", 0.45, 0.55, 0.1, 0.1, 0, shown, worded=True)
    if match["multiple"]:
        value = _MULTIPLES[match["multiple"].lower()]
    elif match["twice"]:
        value = 2.0 if match["twice"].lower() == "twice" else 3.0
    else:
        value = NUMBER_WORDS[match["many"].lower()] + (0.5 if match["andhalf"] else 0.0)
        if match["andhalf"]:
            return Figure(value, "ratio", value - 0.25, value + 0.25, 0.1, 0.5, 0, shown, worded=True)
    return Figure(value, "ratio", value * 0.87, value * 1.13, 0.1, 1.0, 0, shown, worded=True)
