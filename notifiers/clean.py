"""Text of unknown origin made harmless for people's eyes: no control characters, no marks that turn the writing round."""

from __future__ import annotations

import re
import unicodedata

SPACES = re.compile(r"[^\S\u00a0\u202f]+")
"""Not those that hold an amount and its currency together."""
_TURNING = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def clean(text: str, longest: int = 2000) -> str:
    """One line, printable, at most `longest` characters with an ellipsis where it was cut."""
    shown = "".join(" " if c in "\n\r\t" else c for c in text)
    shown = "".join(c for c in shown if unicodedata.category(c) not in _TURNING)
    shown = SPACES.sub(" ", shown).strip()
    return shown if len(shown) <= longest else shown[: longest - 1].rstrip() + "…"
