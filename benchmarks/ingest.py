"""Single requests in Parquet to hourly rows ready for the store: seconds and peak memory, checks and prices included.

    python -m benchmarks.ingest [--requests 5000000] [--with-cost] [--file F.parquet]

Makes the file first (the same for the same numbers; kept where it is named), then reads it in a process of its own, so
that making it does not count as memory. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ledger.readers import READERS, SourceSettings

START = datetime(2026, 8, 1, tzinfo=UTC)
DAYS = 30
CHUNK = 500_000
MODELS = (
    ("anthropic", "claude-sonnet-4-5"), ("anthropic", "claude-haiku-4-5"), ("openai", "gpt-5"),
    ("openai", "gpt-5-mini"), ("google", "gemini-2.5-pro"), ("mistral", "mistral-large-latest"),
)  # fmt: skip
FLOWS = 120


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=5_000_000)
    parser.add_argument("--with-cost", action="store_true", help="the requests say what they cost; else all are priced")
    parser.add_argument("--file", type=Path, help="where the file is, or is made")
    parser.add_argument("--read", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        print(json.dumps(measured(options.file)))
        return
    with TemporaryDirectory() as folder:
        path = options.file or Path(folder) / "requests.parquet"
        if not path.exists():
            make(path, options.requests, with_cost=options.with_cost)
        subprocess.run([sys.executable, "-m", "benchmarks.ingest", "--read", "--file", str(path)], check=True)


def measured(path: Path) -> dict[str, object]:
    """Reads the file once. Imports count, as they do for a user."""
    start, cpu = time.perf_counter(), time.process_time()
    settings = SourceSettings(name="benchmark", reader="requests", path=str(path))
    (batch,) = READERS["requests"](settings, now=datetime(2026, 10, 1, tzinfo=UTC))
    return {
        "requests": pq.read_metadata(path).num_rows,
        "counted": int(batch.frame["requests"].sum()),
        "file_mb": round(path.stat().st_size / 1e6),
        "rows": len(batch.frame),
        "cost_usd": round(int(batch.frame["cost_nano"].sum()) / 1e9, 2),
        "unpriced": batch.unpriced,
        "seconds": round(time.perf_counter() - start, 2),
        "cpu_seconds": round(time.process_time() - cpu, 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def make(path: Path, count: int, *, with_cost: bool, seed: int = 7) -> None:
    """A month of requests of 120 flows over six models, about three requests a run."""
    rng = np.random.default_rng(seed)
    writer: pq.ParquetWriter | None = None
    for first in range(0, count, CHUNK):
        table = _chunk(rng, first, min(CHUNK, count - first), with_cost=with_cost)
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer:
        writer.close()


def _chunk(rng: np.random.Generator, first: int, n: int, *, with_cost: bool) -> pa.Table:
    flow = rng.zipf(1.3, size=n) % FLOWS
    run = np.sort(rng.integers(first // 3, (first + n) // 3 + 1, size=n))
    span = DAYS * 86_400_000_000
    micros = int(START.timestamp()) * 1_000_000 + (span * np.sort(rng.random(n))).astype(np.int64)
    given = rng.lognormal(7.5, 1.2, size=n).astype(np.int64) + 1
    model = np.array([m for _, m in MODELS], dtype=object)[flow % len(MODELS)]
    provider = np.array([p for p, _ in MODELS], dtype=object)[flow % len(MODELS)]
    columns: dict[str, pa.Array] = {
        "time": pa.array(micros, pa.timestamp("us", "UTC")),
        "request_id": pa.array([f"req-{i:012x}" for i in range(first, first + n)]),
        "run_id": pa.array([f"run-{i:010x}" for i in run]),
        "team": _names("team", flow // 12), "feature": _names("feature", flow // 3), "workflow": _names("flow", flow),
        "environment": _names("env", flow % 2), "provider": pa.array(provider), "model": pa.array(model),
        "input_tokens": pa.array(given),
        "cached_input_tokens": pa.array((given * rng.random(n) * 0.8).astype(np.int64)),
        "output_tokens": pa.array(rng.lognormal(5.5, 1.0, size=n).astype(np.int64)),
    }  # fmt: skip
    if with_cost:
        columns["cost_usd"] = pa.array(np.round(given * 3e-6, 9))
    return pa.table(columns)


def _names(word: str, numbers: np.ndarray) -> pa.Array:
    return pa.array([f"{word}-{i}" for i in numbers])


if __name__ == "__main__":
    main()
