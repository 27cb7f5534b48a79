"""Words beside figures that several checks look for."""

from __future__ import annotations

import re

from explainer.checker.families import FALL, RISE

REST = re.compile(
    r"\b(?:rest|remaining|remainder|others?|left|remains?|everything else|apart from|aside from|besides|excluding|outside|elsewhere|all but|everything but|except(?: for)?|other than|leaving out|taken out|left out|set aside|leaving aside|not counting|disregarding|net of|without|headroom|spare|room|unspent)\b"
)
RIGHT_UP = re.compile(
    rf"^ ?(?:more|higher|above|over|extra|dearer|costlier|too much|in excess|longer|larger|bigger|greater|up\b(?! to)|(?:{RISE})\b)"
)
RIGHT_DOWN = re.compile(
    rf"^ ?(?:less|lower|below|under|cheaper|fewer|shorter|smaller|down\b(?! to)|(?:{FALL})\b|(?:(?:went|was|were|is|stayed|remained) )?unspent\b)"
)
NOUN_UNITS = {
    "token": {"tokens", "tokens_per_request"},
    "request": {"requests", "requests_per_run"},
    "call": {"requests", "requests_per_run"},
    "run": {"runs"},
    "execution": {"runs"},
}
