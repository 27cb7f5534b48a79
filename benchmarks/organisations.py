"""False alerts on organisations where nothing is wrong, beside the number that was asked for.

    python -m benchmarks.organisations [--organisations 12] [--days 90] [--rates 0.5 2 8] [--gates] [--first 0] [--jobs 1]

Each organisation is generated from its own seed: features that are seasonal, come in bursts, wander, are sparse or run
as jobs every night or week, on several models, some of them with late data. Days differ as those of the steadier tenth
of real clients do (ServeGen, Alibaba 2025: from the days before by .12 in logarithms; half of the clients differ three
times as much), hours by half as much as theirs at most (.5, missing logs included), since a feature has many clients.
The first 30 days teach. With the dollar and percent gates off, alerts a month should lie within the 95 % Poisson
interval of `alerts_per_month`; with the gates on, never above it.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial

import numpy as np
import pandas as pd
from scipy.signal import lfilter
from scipy.stats import poisson

from detector import Change, DetectionSettings, Detector
from ledger.table import CostTable, table_of
from ledger.types import from_hour

START = 490_896
"""2026-01-01T00Z in epoch hours."""
WARM_DAYS = 30
MODELS = (("anthropic", "sonnet", 3e-6, 15e-6), ("openai", "mini", 4e-7, 1.6e-6), ("google", "flash", 3e-7, 2.5e-6))
"""Provider, model, dollars an input and an output token."""


def organisation(seed: int, days: int) -> CostTable:
    """Hourly rows of 6 to 14 features over `days`, without any incident."""
    rng = np.random.default_rng(seed)
    frames = [frame for number in range(rng.integers(6, 15)) for frame in feature(rng, number, days)]
    return table_of(pd.concat(frames, ignore_index=True))


def feature(rng: np.random.Generator, number: int, days: int) -> Iterator[pd.DataFrame]:
    """One frame a model that the feature uses."""
    hours = np.arange(24 * days)
    rate = everyday(rng, hours) * runs_an_hour(
        rng, hours, kind=rng.choice(["office", "global", "sparse", "nightly", "weekly"])
    )
    share = rng.uniform(0.1, 0.4) if rng.random() < 0.3 else 0.0
    late = int(rng.choice([0, 1, 6]))
    for part in [1.0 - share, share] if share else [1.0]:
        provider, model, input_price, output_price = MODELS[rng.integers(len(MODELS))]
        runs = rng.poisson(rate * part)
        requests = rng.poisson(runs * rng.uniform(1, 4))
        size = np.exp(walk(rng, len(hours), 0.03))
        spread = 1 / np.sqrt(np.maximum(requests, 1))
        inputs = np.rint(requests * rng.uniform(500, 8000) * size * np.exp(0.8 * spread * rng.normal(size=len(hours))))
        outputs = np.rint(requests * rng.uniform(100, 900) * np.exp(0.8 * spread * rng.normal(size=len(hours))))
        frame = pd.DataFrame(
            {
                "hour": pd.to_datetime((hours + START) * 3600, unit="s", utc=True),
                "team": f"team-{number % 4}",
                "feature": f"feature-{number}",
                "environment": "production",
                "provider": provider,
                "model": model,
                "runs": runs,
                "requests": requests,
                "input_tokens": inputs.astype("int64"),
                "output_tokens": outputs.astype("int64"),
                "cost_usd": inputs * input_price + outputs * output_price,
            }
        )
        frame["available_at"] = frame["hour"] + pd.Timedelta(hours=1 + late)
        yield frame[frame["requests"] > 0]


def runs_an_hour(rng: np.random.Generator, hours: np.ndarray, *, kind: str) -> np.ndarray:
    """Expected runs of each hour by the clock: office hours, round the clock, a few a day, or a job of one to four hours
    that comes every night or once a week."""
    of_day, weekday = hours % 24, ((hours + START) // 24 + 3) % 7  # 1970 began on a Thursday
    if kind == "sparse":
        return np.full(len(hours), rng.uniform(0.05, 0.8))
    if kind in ("nightly", "weekly"):
        since = hours - rng.integers(24 * 7)  # it begins at, in an hour of the week
        return np.where(since % (24 if kind == "nightly" else 24 * 7) < rng.integers(1, 5), rng.uniform(100, 2000), 0.0)
    depth = rng.uniform(0.5, 1.5) if kind == "office" else rng.uniform(0.1, 0.5)
    weekend = rng.uniform(0.1, 0.5) if kind == "office" else rng.uniform(0.8, 1.0)
    wave = np.exp(depth * np.sin(2 * np.pi * (of_day - rng.uniform(0, 24)) / 24))
    return rng.uniform(5, 400) * wave * np.where(weekday >= 5, weekend, 1.0)


def everyday(rng: np.random.Generator, hours: np.ndarray) -> np.ndarray:
    """What everyday life multiplies volume by: a trend, the day's mood, bursts of an hour or two, and for one in four a
    wandering level."""
    trend = np.exp(rng.uniform(-0.1, 0.3) * hours / len(hours))
    mood = np.exp(rng.normal(size=len(hours) // 24) * rng.uniform(0.05, 0.2)).repeat(24)
    bursts = np.exp(walk(rng, len(hours), rng.uniform(0.05, 0.3), over=1.6))
    return trend * mood * bursts * (np.exp(walk(rng, len(hours), 0.25)) if rng.random() < 0.25 else 1.0)


def walk(rng: np.random.Generator, n: int, deviation: float, *, over: float = 72.0) -> np.ndarray:
    """(n,) a level that wanders and comes back over about so many hours, with the given deviation."""
    pull = np.exp(-1 / over)
    steps = rng.normal(size=n) * deviation * np.sqrt(1 - pull**2)
    return np.asarray(lfilter([1.0], [1.0, -pull], steps))


def ticks(table: CostTable, detector: Detector, hours: range) -> Iterator[list[Change]]:
    """What the detector says at each of the hours (epoch), having learnt what was known by then."""
    learned = 0
    order = np.argsort(table.available, kind="stable")
    ready = table.available[order]
    for hour in hours:
        now = from_hour(hour)
        newest = int(np.searchsorted(ready, now.timestamp(), side="right"))
        detector.learn(table.take(order[learned:newest]))
        learned = newest
        yield detector.tick(now)


def alerted(change: Change) -> bool:
    """Whether people are told of something new about their spend."""
    return change.what == "opened" and change.tell and change.incident.kind == "spend"


def false_alerts(table: CostTable, settings: DetectionSettings, days: int, every: int = 2) -> int:
    """How many incidents people are told of after the warm-up, ticking every `every` hours."""
    hours = range(START + 24 * WARM_DAYS, START + 24 * days, every)
    return sum(alerted(c) for changes in ticks(table, Detector(settings), hours) for c in changes)


def found_in(seed: int, settings: DetectionSettings, days: int) -> int:
    """The false alerts of one organisation."""
    return false_alerts(organisation(seed, days), settings, days)


def interval(expected: float) -> tuple[float, float]:
    """The 95 % interval of a Poisson count with this mean: what a right calibration may show by chance."""
    low, high = poisson.interval(0.95, expected)
    return float(low), float(high)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--organisations", type=int, default=12)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--rates", type=float, nargs="+", default=[0.5, 2.0, 8.0])
    parser.add_argument("--first", type=int, default=0, help="seed of the first organisation")
    parser.add_argument("--gates", action="store_true", help="leave the dollar and percent gates on")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    options = parser.parse_args()
    open_gates = {} if options.gates else {"min_usd": 0.0, "min_percent": 0.0}
    seeds = range(options.first, options.first + options.organisations)
    months = options.organisations * timedelta(days=options.days - WARM_DAYS) / timedelta(days=30)
    with ProcessPoolExecutor(options.jobs) as pool:
        for rate in options.rates:
            settings = replace(DetectionSettings(), alerts_per_month=rate, **open_gates)
            found = list(pool.map(partial(found_in, settings=settings, days=options.days), seeds))
            low, high = (bound / months for bound in interval(rate * months))
            print(
                f"asked {rate:4} a month  found {sum(found) / months:5.2f}  right within {low:.2f} to {high:.2f}  by organisation {found}",
                flush=True,
            )


if __name__ == "__main__":
    main()
