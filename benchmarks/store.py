"""How fast the store takes rows in and gives them back.

    python -m benchmarks.store [--postgres URL] [--rows 1000000]

A year of hourly rows in four loads of a quarter each; the last quarter once more in a file that says the same; all of it
read back as a table, and laid out as the detector's panel. On a SQLite file that goes away, or on an empty PostgreSQL
database. Prints one JSON document: rows, seconds by the clock and of CPU, peak memory of this
process in megabytes.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

import numpy as np
import pandas as pd

from detector import DetectionSettings, Detector
from ledger import Batch, Store
from ledger.batch import COLUMNS
from ledger.types import DIMENSIONS, DRIVERS

START = datetime(2026, 1, 1, tzinfo=UTC)
QUARTER = 2190
NAMED = ("team", "feature", "model", "version", "environment")
T = TypeVar("T")


def quarter(number: int, series: int, rng: np.random.Generator) -> Batch:
    """A quarter of a year of hourly rows, all counts known."""
    hours = pd.date_range(START, periods=QUARTER, freq="h") + pd.Timedelta(hours=number * QUARTER)
    leaf = np.repeat(np.arange(series), QUARTER)
    names = {
        d: np.array([f"{d} {i}" for i in range(series)], dtype=object)[leaf] if d in NAMED else None for d in DIMENSIONS
    }
    hour = pd.Series(np.tile(hours, series))
    counts = {d: pd.array(rng.integers(0, 10**6, len(leaf)), dtype="Int64") for d in DRIVERS}
    rest = {
        "grain": "hour", "cost_nano": rng.integers(0, 10**10, len(leaf)), "original_currency": None, "original_cost": None,
        "available_at": hour + pd.Timedelta(hours=2), "row": np.arange(1, len(leaf) + 1),
    }  # fmt: skip
    frame = pd.DataFrame({"hour": hour, **names, **counts, **rest})[list(COLUMNS)]
    return Batch("rows", "gateway", frame, f"quarter {number}", f"content {number}")


def timed(work: Callable[[], T]) -> tuple[dict[str, float], T]:
    """Seconds by the clock and of this process's CPU, and the result."""
    clock, cpu = time.perf_counter(), time.process_time()
    result = work()
    spent = {"clock": time.perf_counter() - clock, "cpu": time.process_time() - cpu}
    return {name: round(seconds, 2) for name, seconds in spent.items()}, result


def measured(url: str, rows: int) -> dict[str, object]:
    """The figures of one store."""
    rng, store = np.random.default_rng(0), Store.open(url)
    now = START + pd.Timedelta(days=365)
    stored = []
    for number in range(4):
        batch = quarter(number, rows // (4 * QUARTER), rng)
        seconds, _ = timed(lambda batch=batch: store.ingest(batch, loaded_at=now))
        stored.append(seconds)
    again, _ = timed(lambda: store.ingest(replace(batch, name="copy", content_hash="copy"), loaded_at=now))
    read, table = timed(store.costs)
    panel, _ = timed(lambda: Detector(DetectionSettings()).learn(table))
    day, _ = timed(lambda: store.costs(now, since=now - pd.Timedelta(days=1)))
    store.engine.dispose()
    return {
        "store": url.split(":")[0], "rows_a_load": len(batch.frame), "load_seconds": stored, "load_again_seconds": again,
        "rows": len(table), "read_seconds": read, "panel_seconds": panel, "read_a_day_seconds": day,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postgres", help="URL of an empty PostgreSQL database to measure instead")
    parser.add_argument("--rows", type=int, default=1_001_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measured(options.postgres or f"sqlite:///{folder}/store.db", options.rows), indent=1))


if __name__ == "__main__":
    main()
