"""What kind of incident one is."""

from __future__ import annotations

from detector.effects import SIGNALS, VOLUME
from detector.types import Incident


def sign_of(incident: Incident) -> int:
    return 1 if incident.direction == "up" else -1


def signal_of(incident: Incident) -> int:
    """The row of SIGNALS that shows it: what has none of its own is seen by its volume."""
    return SIGNALS.index(incident.signal) if incident.signal in SIGNALS else VOLUME


def launched(incident: Incident) -> bool:
    """Whether it is a launch that nobody announced, or what one cost beyond its estimate: it has no normal of its own."""
    known = dict(incident.judgement.evidence)
    return bool(known.get("launch") or known.get("over_estimate"))


def renamed(incident: Incident) -> bool:
    """Whether it is only a new name for what was there."""
    return bool(dict(incident.judgement.evidence).get("renamed"))


def lost_tags(incident: Incident) -> bool:
    """Whether spend lost its owner."""
    return incident.signal == "attribution" and not renamed(incident)
