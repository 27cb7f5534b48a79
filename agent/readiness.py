"""What can be judged yet: said in words, so that silence is not taken for health."""

from __future__ import annotations

from datetime import datetime, timedelta

from detector.settings import DetectionSettings
from ledger.table import CostTable
from ledger.types import from_hour


def days_of_history(table: CostTable, now: datetime) -> float:
    """From the first hour with cost until now, in days."""
    return (now - from_hour(int(table.hour.min()))) / timedelta(days=1) if len(table) else 0.0


def readiness(table: CostTable, now: datetime, settings: DetectionSettings) -> list[str]:
    """What is judged with this much history, and what is not yet; empty where everything is."""
    days = days_of_history(table, now)
    if not days:
        return ["there is no cost to judge yet; see `why-spike doctor`"]
    least, reference, full = settings.min_history_days, settings.reference_days, settings.history_days
    if days >= full:
        return []
    said = [f"{days:.0f} days of history so far"]
    if days < least:
        return [*said, f"nothing can be judged before {least} days: what is normal is not known yet"]
    said.append("hours are judged against the same hour of other days")
    if days < 7:
        said.append(
            "not yet: weekdays and weekends look alike until 7 days are known, so the first weekend may surprise"
        )
    if days < reference:
        said.append(f"not yet: slow growth, and the usual size of a request ({reference} days)")
    else:
        said.append("weekdays are known")
    return [*said, f"not yet: weekly jobs, monthly jobs and holidays are learnt until {full} days are known"]
