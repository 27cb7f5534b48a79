"""How lines for a channel are laid out: bullets, signs between pieces, the label of who reports. None of it claims
anything, so that it is taken out before the text is read."""

from __future__ import annotations

import re

_BULLET = re.compile(r"^[^\S\n]*(?:[•▪◦‣●○∙·]|[-–—>](?= [^\W\d]))[^\S\n]*", re.MULTILINE)
_BETWEEN = re.compile(
    r"[^\S\n]+[·•▪∙¦‖][^\S\n]+|;[^\S\n]+(?=[a-z][\w -]{1,24}=)|[^\S\n]+(?=[a-z][\w-]{1,24}=[^\s=])", re.IGNORECASE
)
_BAR = re.compile(r"(?<=\S)[^\S\n]+\|[^\S\n]+(?=\S)")
_REPORTS = r"(?:ai|llm|token|cost|costs|spend|spending|usage|billing|budget|spike|anomaly|incident|finops|why-?spike)"
_REPORTER = r"(?:bot|alerts?|watch|watcher|watchdog|monitor|guard|radar|report|reporter|digest|notifier|tracker|sentinel|check|feed)"
_LABEL = re.compile(
    rf"^\s*\[(?:(?:{_REPORTS}|alert|notice)[ _-]?){{1,2}}\]:?\s+|^\s*\*{{1,2}}(?:{_REPORTS}[ _-]?){{0,3}}{_REPORTER}\*{{1,2}}:?\s+|^\s*[\[(]?(?:{_REPORTS}[ _-]?){{1,3}}{_REPORTER}[\])]?\s*(?::|>|\||-|—|–|(?<=[\])]))\s+",
    re.IGNORECASE | re.MULTILINE,
)
_OF_NOTE = r"on-?call|shift|night|day|morning|evening|daily|weekly|quick|short|brief|internal|interim|latest|first|final|costs?|spend|incident|team|status|ops|finops|channel|slack|just an?|for the|an?|one|end[- ]of[- ]day|eod"
_NOTE = re.compile(
    rf"^\s*(?:(?:{_OF_NOTE}) ){{0,3}}(?:note|notes|update|hand-?over|hand-?off|summary|recap|round-?up|run-?down|wrap-?up|brief|briefing|debrief|bulletin|digest|report|stand-?up|thread|channel|record|log|(?<=the )(?:weekly|daily|monthly|quarterly|minutes|books|file|archive|meeting|team|owners?)|reminder|heads-?up|fyi|psa|tl;? ?dr|eod|in (?:short|brief|sum|a nutshell))(?: note| update)?\s*(?::|—|–) (?=\S)",
    re.IGNORECASE,
)
"""What kind of message it is, before all else: `Handover: ...`, `On-call note: ...`, `For the thread: ...`."""
_ARROW = re.compile(r"[^\S\n]*(?:-{1,2}>|=>|➜|➔|⟶|⇒)[^\S\n]*")
_MTD = re.compile(r"(?<![\w-])(?P<short>month-to-date|mtd|m\.t\.d\.|eom|reqs?)(?![\w-])", re.IGNORECASE)
_SHORT = {
    "month-to-date": "month to date",
    "mtd": "month to date",
    "m.t.d.": "month to date",
    "eom": "month end",
    "req": "request",
    "reqs": "requests",
}
_NUMBER = re.compile(
    r"(?<![\w.,$€£])#\s?(?P<hash>\d)\s?[:.)]\s|(?<![\w.,$€£:/-])(?P<inline>\d)\.\s(?=[a-z])|^\s*(?P<line>\d)\.\s",
    re.MULTILINE,
)
_PLACE = re.compile(r"#\s?(?P<place>[1-3])(?=\s(?:driver|factor|contributor|part)\b)")
_DRIVER = re.compile(r"\b(?P<what>driver|factor|contributor) (?P<place>[1-3])(?=\s?[:=(])", re.IGNORECASE)
_PLACES = {"1": "the first", "2": "the second", "3": "the third"}
_CLOCKS = re.compile(r"(?<![T\d:])(\d{1,2}:\d\d)\s?[-–]\s?(\d{1,2}:\d\d)(?![\d:])")
_RATE = re.compile(
    r"(?<=[\d%kKmMbBDds])\s?/\s?(?P<per>h|hr|hour|d|day|wk|week|mo|month|req|request|call|run|min|minute)\b\.?(?!\s?/)",
    re.IGNORECASE,
)
_EACH = re.compile(r"\b(requests?|calls?|tokens?)\s?/\s?(run|request|call)\b", re.IGNORECASE)
_PER = {"h": "hour", "hr": "hour", "d": "day", "wk": "week", "mo": "month", "req": "request", "min": "minute"}


def laid_flat(text: str) -> str:
    """The text with each piece of a line on a line of its own, and rates in words: `$3/h` as `$3 per hour`."""
    text = _CLOCKS.sub(r"\1 to \2", _ARROW.sub(" → ", text))
    text = _MTD.sub(lambda m: _SHORT[m["short"].lower()], text)
    text = _PLACE.sub(lambda m: _PLACES[m["place"]], text)
    text = _DRIVER.sub(lambda m: f"{_PLACES[m['place']]} {m['what']}", text)
    text = _NUMBER.sub(lambda m: f"{m[m.lastgroup or 0]}) ", text)
    plain = _NOTE.sub("", _LABEL.sub("", _BULLET.sub("", text)))
    plain = _BETWEEN.sub("\n", plain)
    if not plain.lstrip().startswith("|"):
        plain = _BAR.sub("\n", plain)
    plain = _EACH.sub(r"\1 per \2", plain)
    return _RATE.sub(lambda m: f" per {_PER.get(m['per'].lower(), m['per'].lower())}", plain)
