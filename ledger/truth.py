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
    """Of an account, `truth` is the source whose cost counts; each other source enriches it or is compared with it."""

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
    """The rows that count: the truth's dollars, with the tags, tokens and hours of those that enrich it."""
    for account in accounts:
        table = _apply(table, account)
    return table


def _apply(table: CostTable, account: Account) -> CostTable:
    ours = (table.leaves["account"] == account.name).to_numpy(dtype=bool)
    sources = table.leaves["source"].to_numpy()
    truth = (ours & (sources == account.truth))[table.leaf]
    enriching = [s for s, use in account.others.items() if use == "enrich"]
    tags = (ours & np.isin(sources, enriching))[table.leaf]
    away = (ours & np.isin(sources, list(account.others)))[table.leaf]
    if not truth.any():
        return table
    if not tags.any():
        return table.take(~away)
    return _enriched(table, truth, tags, rest=~truth & ~away)


def _enriched(table: CostTable, truth: Bools, tags: Bools, *, rest: Bools) -> CostTable:
    """The truth's dollars by (day, model) over the rows with tags, in proportion to their cost, to the nano-dollar.
    What the tags do not cover stays as the truth has it, in one untagged row for each of its rows."""
    t, g = np.flatnonzero(truth), np.flatnonzero(tags)
    model = pd.factorize(table.leaves["model"].fillna(""))[0][table.leaf]
    key = (table.hour // 24) * (int(model.max()) + 1) + model
    groups, place = np.unique(np.concatenate([key[t], key[g]]), return_inverse=True)
    of_truth, of_tags = place[: len(t)], place[len(t) :]
    billed, logged = _sums(of_truth, table.cost[t], len(groups)), _sums(of_tags, table.cost[g], len(groups))
    covered = np.minimum(billed, logged)
    share = _split(table.cost[g], of_tags, covered, logged)
    left = _split(table.cost[t], of_truth, billed - covered, billed)
    kept = np.flatnonzero(rest)
    rows = np.concatenate([kept, g, t])
    cost = np.concatenate([table.cost[kept], share, left])
    told = covered > 0
    drivers = np.concatenate(
        [table.drivers[kept], table.drivers[g], np.where(told[of_truth, None], -1, table.drivers[t])]
    )
    alive = np.ones(len(rows), dtype=bool)
    alive[len(kept) + len(g) :] = left != 0
    return CostTable(
        table.leaves, table.leaf[rows][alive], table.hour[rows][alive], table.available[rows][alive], drivers[alive], cost[alive]
    )  # fmt: skip


def _sums(group: Ints, values: Ints, groups: int) -> Ints:
    total = np.zeros(groups, dtype=np.int64)
    np.add.at(total, group, values)
    return total


def _split(values: Ints, group: Ints, wanted: Ints, total: Ints) -> Ints:
    """`wanted` of each group over its rows in proportion to their values, exact (largest remainder; in wide integers)."""
    if not len(values):
        return values
    whole = np.where(total == 0, 1, total)[group].astype(object)
    product = values.astype(object) * wanted[group].astype(object)
    share = (product // whole).astype(np.int64)
    remainder = (product % whole / whole).astype(float)
    missing = wanted - _sums(group, share, len(wanted))
    order = np.lexsort((np.arange(len(values)), -remainder, group))
    first = np.searchsorted(group[order], np.arange(len(wanted)))
    rank = np.arange(len(values)) - first[group[order]]
    share[order] += rank < missing[group[order]]
    found: Ints = share
    return found


def differences(table: CostTable, accounts: Sequence[Account]) -> list[Difference]:
    """By account, day and other source: what the truth says and what the other says."""
    found = []
    for account in accounts:
        ours = (table.leaves["account"] == account.name).to_numpy(dtype=bool)
        sums: dict[str, dict[int, int]] = {}
        for source in (account.truth, *account.others):
            mask = (ours & (table.leaves["source"] == source).to_numpy(dtype=bool))[table.leaf]
            days = pd.Series(table.cost[mask]).groupby(table.hour[mask] // 24).sum()
            sums[source] = {int(str(d)): int(v) for d, v in days.items()}
        for other in account.others:
            for day in sorted(set(sums[account.truth]) | set(sums[other])):
                one, two = sums[account.truth].get(day, 0), sums[other].get(day, 0)
                found.append(Difference(account.name, from_hour(day * 24), account.truth, other, one, two))
    return found
