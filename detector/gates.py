"""What it takes to be told, by place: the gates that were set for it, and what people said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from detector.grid import Floats
from detector.settings import DetectionSettings
from detector.types import Feedback, Incident
from ledger.table import Bools
from ledger.types import Scope

if TYPE_CHECKING:
    from detector.lane import Lane

NOT_USEFUL = 1.3
"""What an incident that somebody found not useful multiplies the threshold by, in its scope."""


@dataclass(frozen=True, eq=False)
class Gates:
    """By cell: dollars, share of what is normal, and what the threshold is multiplied by; the dollars from which a
    launch is told."""

    usd: Floats
    share: Floats
    bar: Floats
    launch: Floats

    def shut(self, cell: int, *, usd: float, base: float, score: float, threshold: float) -> bool:
        """Whether a place stays silent at this deviation; a fifth less than its dollars will do, since the search may
        have summed more than the place holds."""
        least = 0.8 * max(self.usd[cell], self.share[cell] * base)
        return bool(usd < least or score < threshold * self.bar[cell])


def gates_of(
    lane: Lane, settings: DetectionSettings, feedback: Sequence[Feedback], book: Mapping[str, Incident]
) -> Gates:
    """Of all cells of a lane. Of the gates that hold a place the most specific counts, of its own kind each."""
    cells = len(lane.cells)
    usd = np.full(cells, settings.min_usd)
    share = np.full(cells, settings.min_percent / 100)
    bar = np.full(cells, 1.0)
    launch = np.full(cells, settings.launch_usd)
    for gate in sorted(settings.gates, key=lambda g: len(g.scope)):
        within = _within(lane, (gate.scope,))
        if gate.min_usd is not None:
            usd[within] = gate.min_usd
            launch[within] = np.maximum(settings.launch_usd, gate.min_usd)
        if gate.min_percent is not None:
            share[within] = gate.min_percent / 100
        bar[within] = gate.raise_bar
    return Gates(usd, share, bar * NOT_USEFUL ** _useless(lane, feedback, book), launch)


def hushed(incident: Incident, feedback: Sequence[Feedback], now: datetime) -> bool:
    """Whether somebody said that nobody needs to hear of it now: that it is expected, or that its place is muted."""
    return any(
        said.word in ("expected", "mute")
        and (said.until is None or said.until > now)
        and (
            said.incident_id == incident.id
            or (said.scope is not None and all(set(said.scope) <= set(s) for s in incident.scopes))
        )
        for said in feedback
    )


def _within(lane: Lane, scopes: Sequence[Scope]) -> Bools:
    """(cells,) those whose leaves all lie in the scopes."""
    outside = ~lane.inside_scopes(scopes)
    within: Bools = (lane.inside @ outside) == 0
    return within


def _useless(lane: Lane, feedback: Sequence[Feedback], book: Mapping[str, Incident]) -> Floats:
    """(cells,) how many incidents there were found not useful, less those that were real, whoever said so how often."""
    count = np.zeros(len(lane.cells))
    for word, one in (("not_useful", 1.0), ("real", -1.0)):
        for number in dict.fromkeys(f.incident_id or "" for f in feedback if f.word == word):
            if number in book:
                count += one * _within(lane, book[number].scopes)
    return np.maximum(count, 0.0)
