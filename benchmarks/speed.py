"""CPU time of scoring, beside robust STL by statsmodels in the same run.

    python -m benchmarks.speed [--series 1000] [--hours 1440] [--ticks 1000 10000 100000]

First: baselines and causal scores of every hour of all series, isolation forest on candidates included, against robust
STL fitted once to each series in a loop (a sample of 30, extrapolated). Then: one tick over so many series with their
state kept, an ordinary hour and the hour of the daily refit, and the memory in use. Imports are not counted on either
side; set OMP_NUM_THREADS=1 for one thread.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable

import numpy as np
from sklearn.ensemble import IsolationForest
from statsmodels.tsa.seasonal import STL

from detector.decompose import DAY, Decomposer
from detector.forest import SecondOpinion
from detector.scorer import VIEWS, Scorer, score_series

SAMPLE = 30


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=1000)
    parser.add_argument("--hours", type=int, default=1440)
    parser.add_argument("--ticks", type=int, nargs="*", default=[1000, 10_000, 100_000])
    options = parser.parse_args()
    scoring(options.series, options.hours)
    for series in options.ticks:
        tick(series)


if __name__ == "__main__":
    main()
