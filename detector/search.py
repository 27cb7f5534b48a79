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
EVEN = 0.12
"""How far the requests of a cell may have changed (log ratio) where a shift between servers is the answer."""
LOUD = 3.0
"""Noise scales beyond which a leaf can be part of a cause."""


@dataclass(frozen=True, eq=False)
class Channel:
    """One driver. moved, noise, dollars (m,): log ratio without the common drift, its usual size, and what it did to
    the leaf's cost. A channel with `served`, the dimensions that say what serves a request, and `sizes`, the requests
    before and after, looks for shifts between servers."""

    name: str
    moved: Floats
    noise: Floats
    dollars: Floats
    served: tuple[int, ...] | None = None
    sizes: tuple[Floats, Floats] | None = None


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
    gain: float


@dataclass(frozen=True, eq=False)
class _Best:
    value: float
    channel: int
    cuboid: tuple[int, ...]
    cell: int


@dataclass(eq=False)
class _Keys:
    """The cells of a cuboid: of each leaf, how many there are, their sizes, and how many of their leaves are taken."""

    of: Ints
    cells: int
    size: Ints
    taken: Ints


def search(codes: Ints, channels: Sequence[Channel], options: Options) -> list[Found]:
    """Disjoint causes over leaves `codes` (m, d) of integers, the one worth most first."""
    dense = [_dense(column) for column in codes.T]
    free = np.ones(len(codes), dtype=bool)
    total = max(sum(float(np.abs(c.dollars).sum()) for c in channels if c.served is None), 1e-12)
    least = max(options.least_share * total, options.least_dollars)
    states = [_State(c, i) if c.served is None else _Mix(c, i, dense) for i, c in enumerate(channels)]
    support = np.zeros(len(codes))
    for state in states:
        support[state.loud] += np.abs(state.channel.dollars[state.loud])
    keys = _supported(dense, support, least, options.deepest)
    found: list[Found] = []
    while len(found) < options.most and keys:
        best = max((s.best(keys, free, least) for s in states), key=lambda b: b.value)
        if best.value < options.least_gain:
            break
        leaves = np.flatnonzero(keys[best.cuboid].of == best.cell)
        predicate = tuple((d, int(codes[leaves[0], d])) for d in best.cuboid)
        move = states[best.channel].move(leaves)
        found.append(Found(channels[best.channel].name, predicate, leaves, move, best.value))
        free[leaves] = False
        for key in keys.values():
            key.taken += np.bincount(key.of[leaves], minlength=key.cells)
    return found


class _State:
    """A channel in noise scales, and the search for its best cell."""

    def __init__(self, channel: Channel, index: int) -> None:
        self.channel, self.index = channel, index
        self.z = np.clip(channel.moved / channel.noise, -MOST_SIGMAS, MOST_SIGMAS)
        self.weight = 1.0 / channel.noise
        self.loud = np.flatnonzero(np.abs(self.z) > LOUD)

    def best(self, keys: dict[tuple[int, ...], _Keys], free: Bools, least: float) -> _Best:
        """The cell of all cuboids that is worth most on this channel. Cells that share a leaf with one found before are
        passed over: the answers are disjoint."""
        best = _Best(-1.0, self.index, (), 0)
        live = self.loud[free[self.loud]]
        if np.abs(self.channel.dollars[live]).sum() < least:
            return best
        for cuboid, key in keys.items():
            shared = key.of[live]
            money = np.bincount(shared, weights=self.channel.dollars[live], minlength=key.cells)
            worth = (np.abs(money) >= least) & (key.taken == 0)
            if not worth.any():
                continue
            gain = self._gain(key, worth) - np.log(len(keys)) - np.log(key.cells) - 1.5 * len(cuboid)
            cell = int(np.argmax(np.where(worth, gain, -np.inf)))
            if gain[cell] > best.value:
                best = _Best(float(gain[cell]), self.index, cuboid, cell)
        return best

    def _gain(self, key: _Keys, worth: Bools) -> Floats:
        """Log-likelihood gained by one common move of each cell, less half a log of its size for the move itself."""
        inside = np.flatnonzero(worth[key.of])
        of = key.of[inside]
        count = np.bincount(of, weights=self.weight[inside] ** 2, minlength=key.cells)
        total = np.bincount(of, weights=(self.z * self.weight)[inside], minlength=key.cells)
        return np.divide(total**2, 2 * count, out=np.zeros(key.cells), where=count > 0) - 0.5 * np.log(
            np.maximum(key.size, 1)
        )

    def move(self, leaves: Ints) -> float:
        """The common move of a cell's leaves."""
        w = self.weight[leaves] ** 2
        return float((self.channel.moved[leaves] * w).sum() / w.sum())


class _Mix(_State):
    """A shift between what serves the requests of a cell, its requests being about as many as before: each server has a
    move of its own, and they cancel out."""

    def __init__(self, channel: Channel, index: int, dense: Sequence[tuple[Ints, int]]) -> None:
        super().__init__(channel, index)
        server = _keys(dense, channel.served or ())
        self.server, self.servers = server.of, server.cells

    def best(self, keys: dict[tuple[int, ...], _Keys], free: Bools, least: float) -> _Best:
        best = _Best(-1.0, self.index, (), 0)
        served = set(self.channel.served or ())
        before, after = self.channel.sizes or (self.z, self.z)
        live = self.loud[free[self.loud]]
        if np.abs(self.channel.dollars[live]).sum() < least:
            return best
        for cuboid, key in keys.items():
            if served & set(cuboid):
                continue
            had, has = (np.bincount(key.of, weights=x, minlength=key.cells) for x in (before, after))
            even = (had > 0) & (has > 0) & (np.abs(np.log(np.maximum(has, 1e-9) / np.maximum(had, 1e-9))) < EVEN)
            money = np.bincount(key.of, weights=self.channel.dollars, minlength=key.cells)
            worth = even & (np.abs(money) >= least) & (key.taken == 0)
            if not worth.any():
                continue
            pair = key.of * self.servers + self.server
            count = np.bincount(pair, weights=self.weight**2, minlength=key.cells * self.servers)
            total = np.bincount(pair, weights=self.z * self.weight, minlength=key.cells * self.servers)
            each = np.divide(total**2, 2 * count, out=np.zeros(len(count)), where=count > 0).reshape(key.cells, -1)
            used = (count > 0).reshape(key.cells, -1).sum(axis=1)
            gain = each.sum(axis=1) - 2.5 * used - np.log(len(keys)) - np.log(key.cells) - 1.5 * len(cuboid)
            cell = int(np.argmax(np.where(worth, gain, -np.inf)))
            if gain[cell] > best.value:
                best = _Best(float(gain[cell]), self.index, cuboid, cell)
        return best


def _supported(
    dense: Sequence[tuple[Ints, int]], support: Floats, least: float, deepest: int
) -> dict[tuple[int, ...], _Keys]:
    """The cuboids that have a cell in which enough money moved, small ones first: what a cuboid lacks, no finer one
    has (Apriori; Agrawal and Srikant 1994)."""
    kept: dict[tuple[int, ...], _Keys] = {}
    barren: list[set[int]] = []
    for cuboid in sorted(_cuboids(dense, deepest), key=len):
        if any(b <= set(cuboid) for b in barren):
            continue
        key = _keys(dense, cuboid)
        if np.bincount(key.of, weights=support, minlength=key.cells).max(initial=0.0) >= least:
            kept[cuboid] = key
        else:
            barren.append(set(cuboid))
    return kept


def _cuboids(dense: Sequence[tuple[Ints, int]], deepest: int) -> Iterator[tuple[int, ...]]:
    """Sets of dimensions without one that another of the set determines, and without constant ones."""
    varied = [i for i, (_, size) in enumerate(dense) if size > 1]
    above = {i: {j for j in varied if j != i and _determines(dense[i], dense[j])} for i in varied}
    for chosen in product((False, True), repeat=len(varied)):
        names = tuple(i for i, on in zip(varied, chosen, strict=True) if on)
        if 0 < len(names) <= deepest and not any(j in above[i] for i in names for j in names):
            yield names


def _determines(one: tuple[Ints, int], two: tuple[Ints, int]) -> bool:
    """True where each value of `one` comes with one value of `two`."""
    if one[1] < two[1]:
        return False
    of = np.zeros(one[1], dtype=np.int64)
    of[one[0]] = two[0]
    return bool((of[one[0]] == two[0]).all())


def _dense(column: Ints) -> tuple[Ints, int]:
    """A column numbered from 0 without gaps, in order of its values, and how many there are."""
    low = int(column.min(initial=0))
    spread = int(column.max(initial=0)) - low + 1
    if spread > 4 * len(column) + 1000:
        names, place = np.unique(column, return_inverse=True)
        return place, len(names)
    seen = np.zeros(spread, dtype=np.int64)
    seen[column - low] = 1
    number = np.cumsum(seen) - 1
    return number[column - low], int(number[-1]) + 1 if len(column) else 0


def _keys(dense: Sequence[tuple[Ints, int]], cuboid: tuple[int, ...]) -> _Keys:
    """The cells of a cuboid."""
    of = np.zeros(len(dense[0][0]), dtype=np.int64)
    cells = 1
    for i in cuboid:
        column, size = dense[i]
        if cells * size > 4 * len(of) + 1000:
            of, cells = _dense(of)
        of, cells = of * size + column, cells * size
    of, cells = _dense(of)
    return _Keys(of, cells, np.bincount(of, minlength=cells), np.zeros(cells, dtype=np.int64))
