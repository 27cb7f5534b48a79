"""One account, one truth: where a gateway's log and a bill cover the same dollars, they are counted once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np
import pandas as pd

from ledger.table import DAY, Bools, CostTable, Ints
from ledger.types import LedgerError, from_hour

Use = Literal["enrich", "compare"]


@dataclass(frozen=True, slots=True)
class Account:
    """Of an account, `truth` is the source whose cost counts; each other source enriches it, or is compared and left out."""

    name: str
    truth: str
    others: Mapping[str, Use]


@dataclass(frozen=True, slots=True)
class Difference:
    """What two sources say of one account and day, in nano-dollars."""

    account: str
    day: datetime
    truth: str
    other: str
    truth_nano: int
    other_nano: int


def refuse_overlap(account: str, one: tuple[str, CostTable], other: tuple[str, CostTable]) -> None:
    """Raises LedgerError where two named tables hold cost of the account over a common hour."""
    common = np.intersect1d(_hours(one[1], account), _hours(other[1], account))
    if len(common):
        raise LedgerError(
            f"sources {one[0]} and {other[0]} both hold cost of account {account} (on {from_hour(common[0]):%Y-%m-%d}); "
            f"say in [accounts.{account}] which is the truth and whether the other enriches it or is compared"
        )


def _hours(table: CostTable, account: str) -> Ints:
    """The hours over which the table has cost of the account; a row by the day holds all of its hours."""
    rows = (table.leaves["account"] == account).to_numpy(dtype=bool)[table.leaf] & (table.cost != 0)
    daily = (table.leaves["grain"] == DAY).to_numpy(dtype=bool)[table.leaf]
    days = np.unique(table.hour[rows & daily])
    return np.unique(np.concatenate([table.hour[rows & ~daily], (days[:, None] + np.arange(DAY)).ravel()]))


def apply_truth(table: CostTable, accounts: Sequence[Account]) -> CostTable:
    """The rows that count: the truth's dollars, with the tags, tokens and hours of those that enrich it.

    Where the truth does not reach (before the first and after the last day or hour that it has of an account), what an
    enriching source says stands as it is, until the bill comes."""
    for account in accounts:
        table = _apply(table, account)
    return table


def _apply(table: CostTable, account: Account) -> CostTable:
    ours = (table.leaves["account"] == account.name).to_numpy(dtype=bool)
    sources = table.leaves["source"].to_numpy()
    compared = [s for s, use in account.others.items() if use == "compare"]
    if (ours & (sources == account.truth))[table.leaf].any():
        table = table.take(~(ours & np.isin(sources, compared))[table.leaf])
    truth = (ours & (sources == account.truth))[table.leaf]
    tags = (ours & np.isin(sources, [s for s in account.others if s not in compared]))[table.leaf]
    if not truth.any() or not tags.any():
        return table
    # a truth with anything by the day is shared out over whole days, else hour by hour
    span = table.hour // table.leaves["grain"].to_numpy(dtype=np.int64)[table.leaf[truth]].max()
    tags &= (span >= span[truth].min()) & (span <= span[truth].max())
    return _enriched(table, truth, tags, span)


def _enriched(table: CostTable, truth: Bools, tags: Bools, span: Ints) -> CostTable:
    """Shares the truth's usage out by span and model over the rows with tags, in proportion to their cost, to the
    nano-dollar, and never more than they say it cost; usage that names no model over what is left of its span. What
    they do not cover stays untagged, as the truth has it, and so do its credits and taxes. Counts are the tags' own."""
    usage = (table.leaves["charge"].isna() | (table.leaves["charge"] == "usage")).to_numpy(dtype=bool)[table.leaf]
    t, g = np.flatnonzero(truth & usage & (table.cost >= 0)), np.flatnonzero(tags & usage)
    model = pd.factorize(table.leaves["model"])[0][table.leaf]  # -1 where none is named
    key = span * (int(model.max()) + 2) + model + 1
    named = model[t] >= 0
    cost, logged = table.cost[t], np.maximum(table.cost[g], 0)
    left_named, first = _shared(np.where(named, cost, 0), logged, key[t], key[g])
    left_other, second = _shared(np.where(named, 0, cost), logged - first, span[t], span[g])
    left, share = left_named + left_other, first + second
    told = np.where(named, np.isin(key[t], key[g]), np.isin(span[t], span[g]))
    counts, available, costs = table.drivers.copy(), table.available.copy(), table.cost.copy()
    costs[t], costs[g] = left, share
    counts[t[told]] = -1
    available[g] = np.maximum(available[g], _newest(span[t], table.available[t], span[g]))
    kept = ~(tags & ~usage)
    kept[t[told & (left == 0)]] = False
    return CostTable(table.leaves, table.leaf, table.hour, available, counts, costs).take(kept)


def _shared(bills: Ints, logs: Ints, of_bills: Ints, of_logs: Ints) -> tuple[Ints, Ints]:
    """What is left of each bill, and what each log gets, where logs take from the bills of their group all they can."""
    keys, place = np.unique(np.concatenate([of_bills, of_logs]), return_inverse=True)
    of_bills, of_logs = place[: len(bills)], place[len(bills) :]
    billed, logged = _sums(of_bills, bills, len(keys)), _sums(of_logs, logs, len(keys))
    covered = np.minimum(billed, logged)
    return _split(bills, of_bills, billed - covered, billed), _split(logs, of_logs, covered, logged)


def _newest(group: Ints, available: Ints, wanted: Ints) -> Ints:
    """(n,) when the newest row of each wanted group became known; 0 where the group has none."""
    keys, place = np.unique(np.concatenate([group, wanted]), return_inverse=True)
    newest = np.zeros(len(keys), dtype=np.int64)
    np.maximum.at(newest, place[: len(group)], available)
    return newest[place[len(group) :]]


def _sums(group: Ints, values: Ints, groups: int) -> Ints:
    total = np.zeros(groups, dtype=np.int64)
    np.add.at(total, group, values)
    return total


def _split(values: Ints, group: Ints, wanted: Ints, total: Ints) -> Ints:
    """`wanted` of each group over its rows in proportion to their values (not below 0, `total` a group): exact, by the
    largest remainder. The products are wider than 64 bits, so they are Python's own integers."""
    share = np.where((wanted == total)[group], values, 0)
    rows = np.flatnonzero(((wanted > 0) & (wanted < total))[group])
    if not len(rows):
        return share
    of = group[rows]
    product, whole = values[rows].astype(object) * wanted[of].astype(object), total[of].astype(object)
    share[rows] = (product // whole).astype(np.int64)
    remainder = (product % whole / whole).astype(float)
    missing = wanted - _sums(of, share[rows], len(wanted))
    order = np.lexsort((rows, -remainder, of))
    rank = np.arange(len(rows)) - np.searchsorted(of[order], np.arange(len(wanted)))[of[order]]
    share[rows[order]] += rank < missing[of[order]]
    return share


def differences(table: CostTable, accounts: Sequence[Account]) -> list[Difference]:
    """By account, other source and day that the truth reaches: what the truth says and what the other says."""
    found = []
    for account in accounts:
        sums = {s: _by_day(table, account.name, s) for s in (account.truth, *account.others)}
        truth = sums[account.truth]
        for other in account.others:
            days = [d for d in sorted({*truth, *sums[other]}) if truth and min(truth) <= d <= max(truth)]
            found += [
                Difference(
                    account.name, from_hour(d * DAY), account.truth, other, truth.get(d, 0), sums[other].get(d, 0)
                )
                for d in days
            ]
    return found


def _by_day(table: CostTable, account: str, source: str) -> dict[int, int]:
    leaves = ((table.leaves["account"] == account) & (table.leaves["source"] == source)).to_numpy(dtype=bool)
    rows = leaves[table.leaf]
    days, place = np.unique(table.hour[rows] // DAY, return_inverse=True)
    return dict(zip(days.tolist(), _sums(place, table.cost[rows], len(days)).tolist(), strict=True))
