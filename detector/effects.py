"""What each driver did to the cost of each leaf, in dollars, against what is usual there.

Per leaf and step, cost = volume + requests_per_run + model_mix + input + output + cache + price: each term is the
driver's move away from its reference, at the references of the others. References are ratios of sums over the trailing
days before the step's own day, flagged steps left out, so that an incident does not teach what is usual."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from detector.grid import CACHED, COST, INPUT, OUTPUT, REQUESTS, RUNS, WRITTEN, Floats
from ledger.table import Bools

Ints = NDArray[np.int64]
SIGNALS = (
    "volume",
    "requests_per_run",
    "model_mix",
    "input_tokens_per_request",
    "output_tokens_per_request",
    "cache",
    "price",
)
VOLUME, PER_RUN, MIX, INPUT_SIZE, OUTPUT_SIZE, CACHE, PRICE = range(len(SIGNALS))
BASE_OF = (VOLUME, PER_RUN, MIX, INPUT_SIZE, INPUT_SIZE, INPUT_SIZE, PRICE)
"""Of each signal, the first that is measured against the same."""
FEWEST = 20.0
"""Requests in the reference window below which a leaf borrows its flow's reference."""
RIDGE = 1e-10


@dataclass(frozen=True, eq=False)
class References:
    """What is usual on each of D days.

    use      (channels, leaves, D) per request
    share    (leaves, D) of the flow's requests
    per_run  (leaves, D) requests a run of the flow, 0 where runs are not counted
    price    (4, leaves, D) dollars a token: uncached, cached, cache-write, output
    known    (leaves, D) whether there is a reference at all
    """

    use: Floats
    share: Floats
    per_run: Floats
    price: Floats
    known: Bools
    flow: Ints


def references(by_day: Floats, price: Floats, flow: Ints, model: Ints, *, days: int, lag: int = 0) -> References:
    """References for each of D days from the `days` that end `lag` days before it. `by_day` (channels, leaves, D) holds
    the sums of what may teach, `price` is of `prices`; `flow` and `model` (leaves,) number what a leaf belongs to."""
    own = _filled(trailing(by_day, days, lag))
    flows = _group(own, flow)
    borrow = own[REQUESTS] < FEWEST
    use = np.where(borrow, _per(flows, REQUESTS)[:, flow], _per(own, REQUESTS))
    share = _ratio(own[REQUESTS], flows[REQUESTS][flow])
    per_run = _ratio(flows[REQUESTS], flows[RUNS])[flow]
    known = flows[REQUESTS][flow] >= FEWEST / 4
    return References(use, share, per_run, np.moveaxis(price[model], 2, 0), known, flow)


def effects(values: Floats, ref: References, day: Ints) -> tuple[Floats, Floats]:
    """(signals, leaves, n) dollars by driver and what each is measured against, for n steps `values` (channels, leaves,
    n) that lie on the days `day` (n,). The base of volume is 0: the baseline gives it."""
    use, known, flow = ref.use[:, :, day], ref.known[:, day], ref.flow
    p_in, p_cached, p_written, p_out = ref.price[:, :, day]
    q = values[REQUESTS]
    usual_in, each = _a_request(ref, day)
    of_input = np.where(use[INPUT] > 0, usual_in / np.maximum(use[INPUT], 1e-12), p_in)
    plain = values[INPUT] - values[CACHED] - values[WRITTEN]
    paid_in = plain * p_in + values[CACHED] * p_cached + values[WRITTEN] * p_written
    listed = paid_in + values[OUTPUT] * p_out
    total = _group(values, flow)
    begun = np.where(ref.per_run[:, day] > 0, total[RUNS][flow] * ref.per_run[:, day], total[REQUESTS][flow])
    usual_each = _sum(ref.share[:, day] * each, flow)[flow]
    weight = q * each
    whole = _sum(weight, flow)[flow]
    alone = 1.0 / np.bincount(flow)[flow][:, None]
    part = np.where(whole > 0, weight / np.maximum(whole, 1e-12), alone)
    volume = begun * usual_each * part
    effect = np.stack(
        [
            volume,
            (total[REQUESTS][flow] - begun) * usual_each * part,
            (q - ref.share[:, day] * total[REQUESTS][flow]) * each,
            (values[INPUT] - use[INPUT] * q) * of_input,
            (values[OUTPUT] - use[OUTPUT] * q) * p_out,
            paid_in - values[INPUT] * of_input,
            values[COST] - listed,
        ]
    )
    usual = total[REQUESTS][flow] * usual_each * part
    base = np.stack([np.zeros_like(q), volume, usual, weight, weight, weight, listed])
    effect, base = np.where(known, effect, 0.0), np.where(known, base, 0.0)
    effect[VOLUME] = np.where(known, volume, values[COST])
    return effect, np.maximum(base, 0.0)


def _a_request(ref: References, day: Ints) -> tuple[Floats, Floats]:
    """(leaves, n) dollars that the input of a request usually costs on each of the days, and all of it."""
    use, (p_in, p_cached, p_written, p_out) = ref.use[:, :, day], ref.price[:, :, day]
    usual_in = (use[INPUT] - use[CACHED] - use[WRITTEN]) * p_in + use[CACHED] * p_cached + use[WRITTEN] * p_written
    return usual_in, usual_in + use[OUTPUT] * p_out


def dollars_a_run(ref: References) -> Floats:
    """(leaves,) dollars that a run of each leaf's flow (a request where runs are not counted) usually costs at the leaf, as
    it is on the last day."""
    share, per_run = ref.share[:, -1], ref.per_run[:, -1]
    last = np.array([ref.share.shape[1] - 1])
    return share * _a_request(ref, last)[1][:, 0] * np.where(per_run > 0, per_run, 1.0)


def runs_of_flow(by_day: Floats, ref: References) -> Floats:
    """(leaves, D) runs of each leaf's flow by day (requests where runs are not counted), from sums of all rows by day
    (channels, leaves, D)."""
    runs, requests = (_sum(by_day[c], ref.flow)[ref.flow] for c in (RUNS, REQUESTS))
    return np.where((ref.per_run[:, -1] > 0)[:, None], runs, requests)


def whole_days(x: Floats, per_day: int) -> Floats:
    """Sums of whole days over the last axis."""
    found: Floats = x.reshape(*x.shape[:-1], -1, per_day).sum(axis=-1)
    return found


def tokens_and_cost(values: Floats, model: Ints, models: int, per_day: int) -> tuple[Floats, Floats]:
    """What prices are fitted to, by model and day: (models, D, 4, 4) products of tokens, summed, and (models, D, 4)
    tokens times cost. Of several parts of the leaves they add up."""
    x = np.stack([values[INPUT] - values[CACHED] - values[WRITTEN], values[CACHED], values[WRITTEN], values[OUTPUT]])
    pairs = [(i, j) for i in range(len(x)) for j in range(i, len(x))]
    gram = np.zeros((models, values.shape[-1] // per_day, len(x), len(x)))
    for i, j in pairs:
        gram[..., i, j] = gram[..., j, i] = _sum(whole_days(x[i] * x[j], per_day), model, models)
    moment = np.stack([_sum(whole_days(one * values[COST], per_day), model, models) for one in x], -1)
    return gram, moment


def prices(gram: Floats, moment: Floats, *, days: int, lag: int = 0) -> Floats:
    """(models, D, 4) dollars a token by least squares of cost on tokens over the reference window: cost is linear in
    tokens, so they come out all but exactly. A model without rows in the window keeps its last prices."""
    gram, moment = trailing(gram, days, lag, axis=1), trailing(moment, days, lag, axis=1)
    size = np.sqrt(np.einsum("mdii->mdi", gram))
    size = np.where(size > 0, size, 1.0)  # each kind of token in its own size, or the small ones drown
    weight = np.trace(gram, axis1=2, axis2=3)
    even = gram / (size[..., :, None] * size[..., None, :]) + RIDGE * np.eye(gram.shape[-1])
    price = np.maximum(np.linalg.solve(even, (moment / size)[..., None])[..., 0] / size, 0.0)
    last = np.maximum.accumulate(np.where(weight > 0, np.arange(weight.shape[1]), -1), axis=1)
    return np.take_along_axis(price, np.maximum(last, 0)[..., None], axis=1)


def trailing(x: Floats, days: int, lag: int, *, axis: int = -1) -> Floats:
    """Sums over the `days` that end `lag` days before each day."""
    pad = [(0, 0)] * x.ndim
    pad[axis] = (1, 0)
    total = np.pad(np.cumsum(x, axis=axis), pad)
    now = np.arange(x.shape[axis]) - lag
    last, first = np.maximum(now, 0), np.maximum(now - days, 0)
    found: Floats = np.take(total, last, axis=axis) - np.take(total, first, axis=axis)
    return found


def _filled(sums: Floats) -> Floats:
    """Where a window holds nothing (all of it is flagged), the last one that did is the reference still."""
    seen = sums[REQUESTS] > 0.5
    last = np.maximum.accumulate(np.where(seen, np.arange(seen.shape[-1]), -1), axis=-1)
    return np.take_along_axis(sums, np.maximum(last, 0)[None], axis=-1)


def _ratio(a: Floats, b: Floats) -> Floats:
    return np.divide(a, b, out=np.zeros_like(a), where=b > 0)


def _per(sums: Floats, channel: int) -> Floats:
    return _ratio(sums, np.broadcast_to(sums[channel], sums.shape))


def _group(values: Floats, number: Ints) -> Floats:
    return np.stack([_sum(v, number) for v in values])


def _sum(values: Floats, number: Ints, count: int | None = None) -> Floats:
    """Sums over the first axis by number, for all numbers up to the largest or `count`."""
    rows = int(number.max(initial=-1)) + 1 if count is None else count
    found: Floats = (
        csr_array((np.ones(len(number)), (number, np.arange(len(number)))), shape=(rows, len(number))) @ values
    )
    return found
