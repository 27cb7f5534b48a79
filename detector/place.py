"""The smallest scope that holds a deviation: what moved together, and nothing that did not."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from detector.grid import Floats
from ledger.table import Bools

LIKE = 0.4
"""A leaf moves with a cell where it deviates by at least this share of what the cell does."""


def best_cell(dollars: Floats, base: Floats, noise: Floats, inside: csr_array, seed: Bools, own: Floats) -> int:
    """The cell (row of `inside`) that explains a deviation best.

    dollars, base, noise  (leaves,) deviation in the direction of interest, what it is measured against, and how far
                          the leaf's relative deviation wanders by itself
    inside                (cells, leaves) ones where a leaf lies in a cell
    seed                  (leaves,) the leaves of the cell that raised the alarm
    own                   (cells,) how far the cell's own relative deviation wanders: a cell that is not out of the
                          ordinary itself is not the place

    Each cell is judged by how much of the deviation it holds (coverage) and how much of its spend takes part (purity),
    and the harmonic mean of both decides; of equals the larger one, which needs fewer words, if most of its leaves take
    part: small ones that do not would be blamed for nothing."""
    gain = np.maximum(dollars, 0.0)
    relative = dollars / np.maximum(base, 1e-9)
    alike = 0.5 * float(dollars[seed].sum() / max(base[seed].sum(), 1e-9))
    moving = (gain > 0) & ((relative > np.maximum(3.0 * noise, alike)) | seed)
    weight = np.maximum(base, gain)
    row = np.repeat(np.arange(inside.shape[0]), np.diff(inside.indptr))  # of each pair of a cell and a leaf of it
    leaf = inside.indices

    def of_pairs(x: Floats | Bools) -> Floats:
        return np.bincount(row, weights=x, minlength=inside.shape[0]).astype(float)

    held = inside @ np.where(moving, gain, 0.0)
    of_cell = (inside @ dollars) / np.maximum(inside @ base, 1e-9)
    with_it = relative[leaf] >= LIKE * of_cell[row]
    unclear = ~with_it & (of_cell[row] - relative[leaf] < 1.5 * noise[leaf])
    purity = of_pairs((with_it + 0.6 * unclear) * weight[leaf]) / np.maximum(inside @ weight, 1e-9)
    coverage = held / max(float(np.where(moving, gain, 0.0).sum()), 1e-9)
    value = 2 * purity * coverage / np.maximum(purity + coverage, 1e-9)
    value = np.where(of_cell >= 3.0 * own, value, -1.0)
    value = np.where(inside @ np.where(seed, gain, 0.0) >= 0.5 * gain[seed].sum(), value, -1.0)
    best, sizes = value.max(), np.diff(inside.indptr)
    if best < 0:
        return int(np.argmax((inside @ seed == seed.sum()) & (sizes == seed.sum())))
    active = of_pairs(weight[leaf] > 0)
    joint = of_pairs((with_it | unclear) & (weight[leaf] > 0)) / np.maximum(active, 1)
    close = value >= best - 0.01
    whole = np.flatnonzero(close & (joint >= min(0.75, joint[close].max())))
    return int(whole[np.argmax(sizes[whole])])
