"""Score files of single series, causal, one configuration for all.

    python -m benchmarks.series VALUES SCORES [--without-forest] [--without-seasons]

VALUES holds NAME.csv with `timestamp` and `value`, hourly; SCORES gets NAME.csv with `timestamp` and `score`. The series
are unrelated, so each is scored as an organisation of one: nothing is pooled between them.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from detector.decompose import DAY, Decomposer, Shape
from detector.grid import Floats
from detector.scorer import score_series


class Level(Decomposer):
    """Forecasts by the mean of the window alone, to show what the seasonal decomposition adds."""

    def forecast(self, values: Floats, shape: Shape, steps: int = DAY) -> Floats:
        return np.repeat(values[:, -shape.n :].mean(axis=1, keepdims=True), steps, axis=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("values", type=Path)
    parser.add_argument("scores", type=Path)
    parser.add_argument("--without-forest", action="store_true")
    parser.add_argument("--without-seasons", action="store_true", help="forecast by the mean, not by STL")
    options = parser.parse_args()
    options.scores.mkdir(parents=True, exist_ok=True)
    decomposer = Level() if options.without_seasons else Decomposer()
    for path in sorted(options.values.glob("*.csv")):
        scored(path, decomposer, forest=not options.without_forest).to_csv(options.scores / path.name, index=False)


def scored(path: Path, decomposer: Decomposer, *, forest: bool = True) -> pd.DataFrame:
    """Timestamps as they stand in the file, and a score for each; missing hours are missing, the first of a repeated
    hour counts."""
    frame = pd.read_csv(path)
    hours = pd.to_datetime(frame["timestamp"], utc=True)
    values = pd.Series(frame["value"].to_numpy(dtype=float), index=hours)
    values = values[~values.index.duplicated()].sort_index()
    grid = pd.date_range(values.index[0], values.index[-1], freq="h")
    scores = score_series(values.reindex(grid).to_numpy()[None], decomposer, forest=forest)[0]
    return pd.DataFrame(
        {"timestamp": frame["timestamp"], "score": pd.Series(scores, index=grid).reindex(hours).to_numpy()}
    )


if __name__ == "__main__":
    main()
