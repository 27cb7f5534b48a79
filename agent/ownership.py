"""Who owns a scope: the owner whose own scope is the most specific one that holds it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agent.config import Config
from agent.settings import OwnerSection
from ledger.table import CostTable
from ledger.types import DIMENSIONS, Scope

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Covered:
    """Spend by owner, and by place where there is none, in nano-dollars, the largest first."""

    owned: tuple[tuple[str, int], ...]
    unowned: tuple[tuple[str, int], ...]


def owner_of(config: Config, scope: Scope) -> OwnerSection | None:
    """The owner with the most specific scope that holds this one; of equals, the first in the config."""
    held = [o for o in config.owners if set(o.scope) <= set(scope)]
    return max(held, key=lambda o: len(o.scope), default=None)


def covered(config: Config, table: CostTable, *, days: int) -> Covered:
    """Whose the spend of the table's last days is, by leaf."""
    if not len(table):
        return Covered((), ())
    recent = table.hour > table.hour.max() - days * 24
    spend = np.zeros(len(table.leaves), dtype=np.int64)
    np.add.at(spend, table.leaf[recent], table.cost[recent])
    owned: dict[str, int] = {}
    unowned: dict[str, int] = {}
    for leaf, nano in enumerate(spend.tolist()):
        if nano == 0:
            continue
        values = table.leaves.iloc[leaf]
        scope: Scope = tuple((d, values[d]) for d in DIMENSIONS)
        owner = owner_of(config, scope)
        names = [f"{d}={values[d] or '(untagged)'}" for d in ("team", "feature")]
        kept, key = (owned, owner.owner) if owner else (unowned, ", ".join(names))
        kept[key] = kept.get(key, 0) + nano
    return Covered(_largest_first(owned), _largest_first(unowned)[:SHOWN])


def _largest_first(sums: dict[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(sums.items(), key=lambda item: (-item[1], item[0])))
