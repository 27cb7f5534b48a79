"""The smallest scope that holds a deviation: what moved together, and nothing that did not."""

from __future__ import annotations

import numpy as np

from detector.effects import Bools
from detector.grid import Floats

LIKE = 0.4
"""A leaf moves with a cell where it deviates by at least this share of what the cell does."""


def best_cell(dollars: Floats, base: Floats, noise: Floats, inside: Bools, seed: Bools, own: Floats) -> int:
    """The cell (row of `inside`) that explains a deviation best.

    dollars, base, noise  (leaves,) deviation in the direction of interest, what it is measured against, and how far
                          the leaf's relative deviation wanders by itself
    inside                (cells, leaves)
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
    membership = inside.astype(float)
    held = membership @ np.where(moving, gain, 0.0)
    of_cell = (membership @ dollars) / np.maximum(membership @ base, 1e-9)
    apart = of_cell[:, None] - relative[None, :]
    with_it = relative[None, :] >= LIKE * of_cell[:, None]
    unclear = ~with_it & (apart < 1.5 * noise[None, :])
    taking_part = (membership * (with_it + 0.6 * unclear)) @ weight
    purity = taking_part / np.maximum(membership @ weight, 1e-9)
    coverage = held / max(float(np.where(moving, gain, 0.0).sum()), 1e-9)
    value = 2 * purity * coverage / np.maximum(purity + coverage, 1e-9)
    value = np.where(of_cell >= 3.0 * own, value, -1.0)
    value = np.where(membership @ np.where(seed, gain, 0.0) >= 0.5 * gain[seed].sum(), value, -1.0)
    best = value.max()
    if best < 0:
        return int(np.argmax((membership[:, seed].sum(axis=1) == seed.sum()) * (membership.sum(axis=1) == seed.sum())))
    close = np.flatnonzero(value >= best - 0.01)
    active = membership[close] * (weight > 0)
    joint = (active * (with_it | unclear)[close]).sum(axis=1) / np.maximum(active.sum(axis=1), 1)
    whole = close[joint >= min(0.75, joint.max())]
    return int(whole[np.argmax(membership[whole].sum(axis=1))])
