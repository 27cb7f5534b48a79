"""The search over combinations of dimensions: which predicates hold what moved. Pure; arrays in, predicates out.

Every driver of cost is a channel: for each leaf, how far it moved (a log ratio, with what all leaves did alike taken
off) and how far it wanders by itself. A predicate over dimensions explains a channel by one common move of its leaves;
it is worth the log-likelihood that this gains, less what it costs to say (minimum description length, Rissanen 1978).
The predicate worth most is taken, its leaves are set aside, and the search goes on, so that the answers are disjoint.
Dimensions that determine others (a feature its team) are found in the data, and only one of a chain is named.

    codes = np.array([[0, 0], [0, 1], [1, 2], [1, 3]])            # team, feature as integers
    moved = np.array([0.7, 0.7, 0.0, 0.0])                        # log ratio of requests
    found = search(codes, [Channel("volume", moved, np.full(4, 0.05), dollars)], Options())
    found[0].predicate                                             # ((0, 0),): team 0, not its two features
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
MOST_SIGMAS = 30.0
"""What one leaf can say at most: one leaf gone mad is not a cell."""
APPEARED = 4.0
"""The log ratio that stands for a leaf that is new, and minus it for one that vanished."""
LOUD = 3.0
"""Noise scales beyond which a leaf can be part of a cause."""


@dataclass(frozen=True, eq=False)
class Channel:
    """One driver. moved, noise, dollars (m,): log ratio without the common drift, its usual size, and what it did to
    the leaf's cost. `tilt` (m,), where given, is what a mix shift moves leaves by: the log of their unit cost."""

    name: str
    moved: Floats
    noise: Floats
    dollars: Floats
    tilt: Floats | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """least_gain: nats that a predicate must gain beyond its description; least_share: of all money moved, that a
    cause must have moved; least_dollars: the same in dollars; most: causes."""

    least_gain: float = 12.0
    least_share: float = 0.02
    least_dollars: float = 0.0
    most: int = 8
    deepest: int = 4


@dataclass(frozen=True, eq=False)
class Found:
    """A cause: pairs (dimension, value), the leaves it holds, how far they moved together, and what that is worth."""

    channel: str
    predicate: tuple[tuple[int, int], ...]
    leaves: Ints
    move: float
    slope: float
    gain: float


@dataclass(frozen=True, eq=False)
class _Best:
    value: float
    channel: int
    cuboid: tuple[int, ...]
    cell: int
    move: float
    slope: float


def search(codes: Ints, channels: Sequence[Channel], options: Options) -> list[Found]:
    """Disjoint causes over leaves `codes` (m, d) of integers, the one worth most first."""
    cuboids = list(_cuboids(codes, options.deepest))
    keys = {c: _keys(codes, c) for c in cuboids}
    free = np.ones(len(codes), dtype=bool)
    total = max(sum(float(np.abs(c.dollars).sum()) for c in channels), 1e-12)
    least = max(options.least_share * total, options.least_dollars)
    state = [_State(c, i) for i, c in enumerate(channels) if np.abs(c.dollars).sum() >= least]
    found: list[Found] = []
    while len(found) < options.most:
        best = max((s.best(keys, free, least, len(cuboids)) for s in state), key=lambda b: b.value, default=None)
        if best is None or best.value < options.least_gain:
            break
        leaves = np.flatnonzero((keys[best.cuboid][0] == best.cell) & free)
        predicate = tuple((d, int(codes[leaves[0], d])) for d in best.cuboid)
        found.append(Found(channels[best.channel].name, predicate, leaves, best.move, best.slope, best.value))
        free[leaves] = False
    return found


class _State:
    """A channel in noise scales, and the search for its best cell."""

    def __init__(self, channel: Channel, index: int) -> None:
        self.channel, self.index = channel, index
        limit = MOST_SIGMAS
        self.z = np.clip(channel.moved / channel.noise, -limit, limit)
        self.loud = np.flatnonzero(np.abs(self.z) > LOUD)

    def best(self, keys: dict[tuple[int, ...], tuple[Ints, int]], free: Bools, least: float, cuboids: int) -> _Best:
        """The cell of all cuboids that is worth most on this channel."""
        best = _Best(-1.0, self.index, (), 0, 0.0, 0.0)
        live = self.loud[free[self.loud]]
        if not len(live):
            return best
        weight = 1.0 / self.channel.noise
        for cuboid, (key, cells) in keys.items():
            count = np.bincount(key[free], weights=weight[free] ** 2, minlength=cells)
            sum_z = np.bincount(key[free], weights=(self.z * weight)[free], minlength=cells)
            money = np.bincount(key[live], weights=self.channel.dollars[live], minlength=cells)
            size = np.bincount(key[free], minlength=cells)
            gain = np.divide(sum_z**2, 2 * count, out=np.zeros(cells), where=count > 0)
            gain -= np.log(cuboids) + np.log(max(cells, 1)) + 0.5 * np.log(np.maximum(size, 1)) + 1.5 * len(cuboid)
            gain = np.where(np.abs(money) >= least, gain, -1.0)
            cell = int(np.argmax(gain))
            if gain[cell] > best.value:
                best = _Best(float(gain[cell]), self.index, cuboid, cell, float(sum_z[cell] / count[cell]), 0.0)
        return best


def _cuboids(codes: Ints, deepest: int) -> Iterator[tuple[int, ...]]:
    """Sets of dimensions without one that another of the set determines, and without constant ones."""
    d = codes.shape[1]
    varied = [i for i in range(d) if codes[:, i].min(initial=0) != codes[:, i].max(initial=0)]
    above = {i: {j for j in varied if j != i and _determines(codes[:, i], codes[:, j])} for i in varied}
    for chosen in product((False, True), repeat=len(varied)):
        names = tuple(i for i, on in zip(varied, chosen, strict=True) if on)
        if 0 < len(names) <= deepest and not any(j in above[i] for i in names for j in names):
            yield names


def _determines(one: Ints, two: Ints) -> bool:
    """True where each value of `one` comes with one value of `two`, and not the other way round or it stands first."""
    firsts = np.unique(one, return_index=True)
    place = np.searchsorted(firsts[0], one)
    return bool((two[firsts[1]][place] == two).all())


def _keys(codes: Ints, cuboid: tuple[int, ...]) -> tuple[Ints, int]:
    """(m,) the cell of each leaf, densely numbered, and how many there are."""
    key = np.zeros(len(codes), dtype=np.int64)
    for i in cuboid:
        column = codes[:, i] - codes[:, i].min(initial=0)
        key = key * (int(column.max(initial=0)) + 1) + column
    if key.max(initial=0) < 4 * len(key) + 1000:
        return key, int(key.max(initial=-1)) + 1
    names, dense = np.unique(key, return_inverse=True)
    return dense, len(names)
