"""What is odd about the calendar, hour by hour: public holidays of the configured countries, and changes of clocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from detector.effects import Ints
from ledger.table import Bools

CLOCKS = ("America/New_York", "Europe/Berlin")
"""Whose clocks may rule what a company does, whatever its own zone is."""
MOVED_DAYS = 14
"""How long after a change of clocks the hour beside is expected, too."""


def days_off(countries: Sequence[str], hours: Ints, zone: str) -> Bools:
    """(n,) which of the epoch hours lie on a public holiday of any of the countries, by the date in `zone`. A country is
    written as ISO 3166 has it, with its part where that has days of its own: US, DE-BY."""
    if not countries or not len(hours):
        return np.zeros(len(hours), dtype=bool)
    local = pd.to_datetime(hours * 3600, unit="s", utc=True).tz_convert(zone)
    years = range(int(local.year.min()), int(local.year.max()) + 1)
    dates = {day for country in countries for day in _calendar(country, years)}
    found: Bools = np.isin(local.date, list(dates))
    return found


def clocks_moved(hours: Ints, zone: str) -> list[tuple[int, Bools]]:
    """By how many hours (of UTC) the clocks of a zone, or of where most work is done, were moved within `MOVED_DAYS`
    before each of the epoch hours (n,), and (n,) at which. Empty where they were not."""
    times = pd.to_datetime(np.concatenate([hours, hours - 24 * MOVED_DAYS]) * 3600, unit="s", utc=True)
    found: dict[int, Bools] = {}
    for name in sorted({zone, *CLOCKS}):
        local = times.tz_convert(name).tz_localize(None).as_unit("s").asi8 // 3600 - times.as_unit("s").asi8 // 3600
        now, before = np.split(local, 2)
        for by in set(np.unique(before - now)) - {0}:
            found[int(by)] = found.get(int(by), np.zeros(len(hours), dtype=bool)) | (before - now == by)
    return sorted(found.items())


def check_country(country: str) -> str:
    """The country as it is. Raises ValueError where its holidays are not known."""
    try:
        _calendar(country, range(2026, 2027))
    except NotImplementedError:
        raise ValueError(
            f"the holidays of {country!r} are not known; write a country such as US, or a part such as DE-BY"
        ) from None
    return country


def _calendar(country: str, years: Sequence[int]) -> Any:
    import holidays  # a tenth of a second that only those pay who set it

    name, _, part = country.partition("-")
    return holidays.country_holidays(name, subdiv=part or None, years=years)
