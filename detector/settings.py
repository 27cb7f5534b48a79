"""Every setting of the detector, with its default."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from ledger.types import Scope


@dataclass(frozen=True, slots=True)
class Gate:
    """Overrides for what lies within `scope`; None leaves the setting as it is. `raise_bar` multiplies the threshold."""

    scope: Scope
    min_usd: float | None = None
    min_percent: float | None = None
    raise_bar: float = 1.0


@dataclass(frozen=True, slots=True)
class DetectionSettings:
    """How eager the detector is.

    alerts_per_month    false alerts an organisation accepts a month; sets the threshold on scores
    min_usd             an incident is told once its spend is this far from normal
    min_percent         and this many percent of what is normal there
    history_days        how far back baselines look
    reference_days      how far back the usual size of a request is taken from
    min_history_days    below this age, a place is new and has no normal
    accept_after_days   a lasting change is the new normal after so many days
    overrun_factor      an announced event may cost this many times its estimate
    holidays            countries (US, DE-BY) on whose public holidays less may be spent, by the date in `zone`
    launch_usd          a feature that nobody announced is told of once it has cost this much
    """

    alerts_per_month: float = 1.0
    min_usd: float = 30.0
    min_percent: float = 25.0
    history_days: int = 35
    reference_days: int = 14
    min_history_days: int = 5
    accept_after_days: int = 14
    overrun_factor: float = 1.5
    launch_usd: float = 40.0
    holidays: tuple[str, ...] = ()
    zone: str = "UTC"
    gates: tuple[Gate, ...] = ()

    def digest(self) -> str:
        """Names these settings in what is stored beside an incident."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:12]
