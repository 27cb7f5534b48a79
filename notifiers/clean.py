"""Text of unknown origin made harmless for people's eyes: no control characters, no marks that turn the writing round."""

from __future__ import annotations

import unicodedata

_TURNING = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def clean(text: str, longest: int = 2000) -> str:
    """One line, printable, at most `longest` characters with an ellipsis where it was cut."""
    shown = "".join(" " if c in "\n\r\t" else c for c in text)
    shown = "".join(c for c in shown if unicodedata.category(c) not in _TURNING)
    shown = " ".join(shown.split())
    return shown if len(shown) <= longest else shown[: longest - 1].rstrip() + "…"
