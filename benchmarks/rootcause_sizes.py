"""Seconds and memory of root causes by the number of leaves, on instances made larger by copies of their own leaves.

    python -m benchmarks.rootcause_sizes INSTANCES [--leaves 2000 100000 1000000] [--instances 6]

A copy has the same shape, a region of its own and its own everyday volume; costs are computed anew, so that every cost is
exact again. Each size runs in a process of its own, of which the peak memory is told: the instance itself is part of it.
Seconds are CPU seconds of one thread (set OMP_NUM_THREADS=1)."""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.rootcause import cost, factors, solve

USED = ("cost_base", "cost_cur")


def enlarged(frame: pd.DataFrame, leaves: int, seed: int) -> pd.DataFrame:
    """The instance with about so many leaves."""
    copies = max(1, round(leaves / len(frame)))
    if copies == 1:
        return frame
    rng = np.random.default_rng(seed)
    whole = pd.concat([frame] * copies, ignore_index=True)
    copy = np.repeat(np.arange(copies), len(frame))
    placed = whole["region"].to_numpy() >= 0
    whole["region"] = whole["region"] + np.where(placed, copy * (int(frame["region"].max()) + 1), 0)
    busy = np.exp(0.5 * rng.normal(size=len(whole)) * (copy > 0))
    usage = (whole["line"] == 0).to_numpy()
    price = [whole[k].to_numpy(dtype=float) for k in ("p_in", "p_out", "disc")]
    for side, name in zip("bc", USED, strict=True):
        whole.loc[usage, f"{side}_req"] *= busy[usage]
        money = np.rint(cost(factors(whole, side), price))
        bare = np.rint(whole[name] * busy)
        whole[name] = np.where(usage, np.nan_to_num(money), bare).astype(np.int64)
    return whole


def measure(paths: list[Path], leaves: int, answers: multiprocessing.Queue[tuple[int, list[float], float]]) -> None:
    """Runs in a process of its own: leaves, CPU seconds of each instance, gigabytes at most."""
    seconds, size = [], 0
    for n, path in enumerate(paths):
        frame = enlarged(pd.read_parquet(path), leaves, n)
        size = max(size, len(frame))
        start = time.process_time()
        solve(frame)
        seconds.append(time.process_time() - start)
    answers.put((size, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("instances_folder", type=Path, metavar="INSTANCES")
    parser.add_argument("--leaves", type=int, nargs="+", default=[2_000, 100_000, 1_000_000])
    parser.add_argument(
        "--instances", type=int, default=6, help="how many instances of each size, spread over the folder"
    )
    options = parser.parse_args()
    paths = sorted(options.instances_folder.glob("*.parquet"))
    chosen = paths[:: max(1, len(paths) // options.instances)][: options.instances]
    spawn = multiprocessing.get_context("spawn")
    for leaves in options.leaves:
        answers = spawn.Queue()
        child = spawn.Process(target=measure, args=(chosen, leaves, answers))
        child.start()
        size, seconds, memory = answers.get()
        child.join()
        print(
            f"{size:>9,} leaves  median {np.median(seconds):.3f} s  worst {max(seconds):.3f} s  {memory:.2f} GB",
            flush=True,
        )


if __name__ == "__main__":
    main()
