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
    keys = {c: _keys(codes, c) for c in _cuboids(codes, options.deepest)}
    free = np.ones(len(codes), dtype=bool)
    total = max(sum(float(np.abs(c.dollars).sum()) for c in channels if c.served is None), 1e-12)
    least = max(options.least_share * total, options.least_dollars)
    states = [_State(c, i) if c.served is None else _Mix(c, i, codes) for i, c in enumerate(channels)]
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

    def __init__(self, channel: Channel, index: int, codes: Ints) -> None:
        super().__init__(channel, index)
        assert channel.served is not None
        assert channel.sizes is not None
        self.servers = len(np.unique(codes[:, list(channel.served)], axis=0))
        self.server = np.unique(codes[:, list(channel.served)], axis=0, return_inverse=True)[1]

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


def _keys(codes: Ints, cuboid: tuple[int, ...]) -> _Keys:
    key = np.zeros(len(codes), dtype=np.int64)
    for i in cuboid:
        column = codes[:, i] - codes[:, i].min(initial=0)
        key = key * (int(column.max(initial=0)) + 1) + column
    if key.max(initial=0) >= 4 * len(key) + 1000:
        key = np.unique(key, return_inverse=True)[1]
    cells = int(key.max(initial=-1)) + 1
    size = np.bincount(key, minlength=cells)
    return _Keys(key, cells, size, np.zeros_like(size))
