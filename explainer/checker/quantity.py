"""A value that words may show, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value with what it is about, the roles it can play (before, after, excess, part, change, ...), and for a share
    what it is a share of. `noun` is what is counted; `per` what it is told per; `name` that of its fact, where it is the value of one."""

    value: float
    unit: str
    concept: str
    roles: frozenset[str]
    of: str = ""
    noun: str = ""
    per: str = ""
    name: str = ""
    also: frozenset[str] = field(default_factory=frozenset)
    """Further things it is about: the names and nouns of its fact."""
