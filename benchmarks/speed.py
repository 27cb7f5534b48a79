"""CPU time of scoring, beside robust STL by statsmodels in the same run.

    python -m benchmarks.speed [--series 1000] [--hours 1440] [--ticks 1000 10000 100000] [--detector 1000 10000]

First: baselines and causal scores of every hour of all series, isolation forest on candidates included, against robust
STL fitted once to each series in a loop (a sample of 30, extrapolated). Then: one tick over so many series with their
state kept, an ordinary hour and the hour of the daily refit, and the memory in use. With --detector, the same through the
whole detector: a series is one driver of one watched place, of an organisation of teams, features, workflows,
environments and models, with six weeks of history. Imports are not counted on either side; set OMP_NUM_THREADS=1 for one thread.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from sklearn.ensemble import IsolationForest
from statsmodels.tsa.seasonal import STL

from detector import DetectionSettings, Detector
from detector.decompose import DAY, Decomposer
from detector.effects import SIGNALS
from detector.forest import SecondOpinion
from detector.scorer import VIEWS, Scorer, score_series
from ledger.table import CostTable
from ledger.types import DIMENSIONS, DRIVERS, from_hour

SAMPLE = 30
PLACES = 2.55
"""Places that are watched in `organisation`, a leaf."""


def spend(series: int, hours: int, seed: int = 0) -> np.ndarray:
    """(series, hours) seasonal, noisy costs with bursts."""
    rng = np.random.default_rng(seed)
    level = rng.lognormal(2, 1.5, size=(series, 1))
    depth = rng.uniform(0, 0.8, size=(series, 1))
    wave = 1 + depth * np.sin(2 * np.pi * (np.arange(hours) / DAY + rng.random((series, 1))))
    noise = rng.lognormal(0, 0.1, size=(series, hours))
    bursts = np.where(rng.random((series, hours)) < 0.002, rng.uniform(2, 6, size=(series, hours)), 1.0)
    return np.asarray(level * wave * noise * bursts)


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of the process for one call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def scoring(series: int, hours: int) -> None:
    values = spend(series, hours)
    IsolationForest  # noqa: B018 - imported here, so that its import is not counted below
    ours = cpu(lambda: score_series(values, Decomposer()))
    few = values[:SAMPLE]
    loop = cpu(lambda: [STL(one, period=DAY, robust=True).fit() for one in few]) * series / len(few)
    print(
        f"{series} series x {hours} hours: ours {ours:.2f} CPU-s, robust STL {loop:.1f} CPU-s, ratio {loop / ours:.0f}"
    )


def tick(series: int) -> None:
    """Three weeks of state, then the first and the second hour of a day."""
    values = np.ascontiguousarray(spend(series, DAY).T)
    scorer, opinion = Scorer(series, Decomposer()), SecondOpinion(series, len(VIEWS))

    def one(hour: int) -> None:
        reading = scorer.update(values[hour % DAY])
        opinion.observe(reading.score, reading.views)
        opinion.answers()

    for hour in range(21 * DAY):
        one(hour)
    refit, ordinary = (cpu(lambda h=h: one(h)) for h in (0, 1))
    gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"tick over {series:6}: {ordinary:.3f} CPU-s, with the daily refit {refit:.3f}; peak memory {gigabytes:.2f} GB"
    )


def organisation(leaves: int) -> pd.DataFrame:
    """Leaves of an organisation: of each feature two workflows in two environments on three models; five features a team."""
    number = np.arange(leaves)
    feature = number // 12
    model = number % 3
    parts = {
        "team": [f"team-{i}" for i in feature // 5],
        "feature": [f"feature-{i}" for i in feature],
        "workflow": [f"workflow-{i}" for i in number // 3 % 2],
        "environment": np.where(number // 6 % 2, "staging", "production"),
        "provider": np.where(model == 2, "openai", "anthropic"),
        "model": [f"model-{i}" for i in model],
    }
    frame = pd.DataFrame({d: parts.get(d) for d in DIMENSIONS}, dtype=object)
    return frame.assign(source="gateway", grain=1)


def hours_of(leaves: pd.DataFrame, first: int, hours: int, rng: np.random.Generator) -> CostTable:
    """Rows of some hours: six of ten leaves have one in an hour."""
    rate = np.random.default_rng(1).lognormal(3, 1, len(leaves))
    hour, leaf = np.nonzero(rng.random((hours, len(leaves))) < 0.6)
    wave = 1 + 0.5 * np.sin(2 * np.pi * (first + hour) / DAY)
    requests = rng.poisson(rate[leaf] * wave) + 1
    size = {"runs": requests, "requests": requests, "input_tokens": 1000 * requests, "output_tokens": 100 * requests}
    drivers = np.stack([size.get(d, np.zeros(len(leaf), dtype=np.int64)) for d in DRIVERS], axis=1)
    at = first + hour
    return CostTable(leaves, leaf, at, (at + 1) * 3600, drivers, requests * 4_500_000)


def detector_tick(series: int) -> None:
    """Six weeks of state, then the first and the second hour of a day, rows learnt and judged."""
    leaves, rng, start = organisation(round(series / len(SIGNALS) / PLACES)), np.random.default_rng(0), 24 * 20_000
    detector = Detector(DetectionSettings())
    for day in range(42):
        detector.learn(hours_of(leaves, start + 24 * day, 24, rng))
    now = start + 24 * 42
    detector.tick(from_hour(now))

    def one(hour: int, rows: CostTable) -> None:
        detector.learn(rows)
        detector.tick(from_hour(hour + 1))

    watched = len(SIGNALS) * len(detector.places)
    spent = []
    for i in range(5):
        rows = hours_of(leaves, now + i, 1, rng)
        spent.append(cpu(lambda h=now + i, r=rows: one(h, r)))
    ordinary = float(np.median(spent))
    for i in range(5, 23):
        detector.learn(hours_of(leaves, now + i, 1, rng))
    last = hours_of(leaves, now + 23, 1, rng)
    one(now + 23, last)
    first = hours_of(leaves, now + 24, 1, rng)
    refit = cpu(lambda: one(now + 24, first))
    gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"detector, {watched:6} series ({len(leaves)} leaves): {ordinary:.3f} CPU-s a tick, with the daily refit {refit:.2f}; "
        f"peak memory {gigabytes:.2f} GB",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=1000)
    parser.add_argument("--hours", type=int, default=1440)
    parser.add_argument("--ticks", type=int, nargs="*", default=[1000, 10_000, 100_000])
    parser.add_argument("--detector", type=int, nargs="*", default=[])
    options = parser.parse_args()
    for series in options.detector:
        detector_tick(series)
    if options.series:
        scoring(options.series, options.hours)
    for series in options.ticks:
        tick(series)


if __name__ == "__main__":
    main()
