"""Is a word of a sentence denied?"""

from __future__ import annotations

import re

NEGATOR = re.compile(
    r"\b(?:not|never|neither|nor|cannot|without|none|nothing|nobody|no one|hardly|barely|scarcely|no)\b"
)
CLAUSE = re.compile(r"[,;:()—–.]| but | while | though | although | because ")
REACH = 5
"""How many words may lie between a denial and what it denies."""


def negated(text: str, at: int) -> bool:
    """True where the word at this place of a canonical sentence is denied in its clause."""
    clause = CLAUSE.split(text[:at])[-1]
    found = list(NEGATOR.finditer(clause))
    if not found or found[-1][0] == "without" or clause[found[-1].end() :].startswith((" only", " longer", " just")):
        return False
    between = clause[found[-1].end() :]
    return len(between.split()) <= REACH and not re.search(r"\b(?:stopp?\w*|ceased?|ended|finished|done) ", between)
