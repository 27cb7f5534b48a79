"""When a release was in use, and which two spans of equal length show it beside another."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from explainer.drivers import REQUESTS
from ledger.table import CostTable
from ledger.types import DIMENSIONS, LedgerError, Scope, from_hour

WEEK = 7 * 24
LONGEST = WEEK
"""Hours of each release that are compared at most."""
Spans = tuple[tuple[datetime, datetime], tuple[datetime, datetime]]


def scope_of_release(table: CostTable, scope: Scope, release: str) -> Scope:
    """The scope, narrowed to the team and the feature that have the release where only one does."""
    mine = table.leaves[table.inside(scope) & (table.leaves["release"] == release).to_numpy(dtype=bool)]
    found = dict(scope)
    for dimension in ("team", "feature"):
        values = mine[dimension].unique()
        if len(values) == 1 and dimension not in found:
            found[dimension] = values[0]
    return tuple((d, found[d]) for d in DIMENSIONS if d in found)


def release_spans(table: CostTable, scope: Scope, release: str, against: str | None) -> tuple[Spans, str]:
    """The span of a release, that of another (by default the one in use before it), and the other's name.

    Spans are [start, end), equally long, in whole days where both ran that long, at most a week: the first time of the
    later release, and of the earlier one the same time in the last week that it had to itself, or its last time where
    it had none. Raises LedgerError for a release without rows in the scope, for one that has none before it, and for
    two of which neither came first."""
    used = _in_use(table, scope)
    other = against or _before(used, release)
    for name in (release, other):
        if name not in used:
            known = ", ".join(sorted(used)[:8]) or "none at all"
            raise LedgerError(f"there are no requests of release {name} here; there are of: {known}")
    (first, end), (first_of_other, end_of_other) = used[release], used[other]
    if first == first_of_other:
        raise LedgerError(
            f"releases {release} and {other} came into use in the same hour; give --from and --to instead"
        )
    newer = first > first_of_other
    came, until = (first, end) if newer else (first_of_other, end_of_other)
    began, last = (first_of_other, min(end_of_other, first)) if newer else (first, min(end, first_of_other))
    size = min(until - came, last - began, LONGEST)
    size -= size % 24 if size >= 24 else 0
    weeks = -(-(came + size - last) // WEEK)
    if weeks > 0 and came - weeks * WEEK >= began:
        last = came + size - weeks * WEEK
    late, early = (from_hour(came), from_hour(came + size)), (from_hour(last - size), from_hour(last))
    return ((late, early) if newer else (early, late)), other


def span_words(span: tuple[datetime, datetime], release: str) -> str:
    """What a release is compared with, in words: "3 days of release v9.3"."""
    hours = round((span[1] - span[0]) / timedelta(hours=1))
    size, unit = (hours // 24, "day") if hours % 24 == 0 else (hours, "hour")
    return f"{size} {unit}{'' if size == 1 else 's'} of release {release}"


def _in_use(table: CostTable, scope: Scope) -> dict[str, tuple[int, int]]:
    """By release, its first hour and the one after its last, by the rows with requests in the scope."""
    names = table.leaves["release"].astype(object).where(table.leaves["release"].notna(), None).to_numpy()
    known = table.inside(scope) & np.array([n is not None for n in names], dtype=bool)
    rows = np.flatnonzero(known[table.leaf] & (table.drivers[:, REQUESTS] > 0))
    found: dict[str, tuple[int, int]] = {}
    for name in {str(names[leaf]) for leaf in np.unique(table.leaf[rows])}:
        hours = table.hour[rows[names[table.leaf[rows]] == name]]
        found[name] = (int(hours.min()), int(hours.max()) + 1)
    return found


def _before(used: dict[str, tuple[int, int]], release: str) -> str:
    """The release that was in use last before another came."""
    first = used.get(release, (None,))[0]
    if first is None:
        return release
    earlier = [(min(end, first), begun, name) for name, (begun, end) in used.items() if begun < first]
    if not earlier:
        raise LedgerError(f"no release was in use before {release} here; name the other with --against-release")
    return max(earlier)[2]
