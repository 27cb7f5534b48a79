"""Which of the known causes a change between two periods has: rules over its drivers, moves, pools, credits and data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explainer.causes import Circumstances
from explainer.confidence import UNSURE, share_of, sure_by
from explainer.data_faults import data_fault
from explainer.drivers import ALL, RUNS, drivers_of
from explainer.look import Look
from explainer.lost_tags import Lost
from explainer.moves import WEEK, Move, Span
from explainer.periods import Comparison, between
from explainer.places import largest
from explainer.types import Cause, Driver, Evidence, Place
from explainer.wording import clean_name, driver_words, scope_words
from ledger.table import Bools, CostTable, Ints, leaves_inside
from ledger.types import Scope

MOST, CLEAR = 0.6, 0.85
"""What share of the change its largest driver must make up to be the cause, and to be it without another beside it."""
NEW = 0.05
"""What share of its spend now something new may have cost before."""
CHANGED = 0.1
"""A pool whose whole cost moved by less than this share of what moved within it was only split otherwise."""
UP: dict[Driver, Cause] = {
    "volume": "traffic_surge", "requests_per_run": "agent_loop", "model_mix": "model_switch", "cache": "cache_regression",
    "input_tokens_per_request": "prompt_growth", "output_tokens_per_request": "output_growth",
}  # fmt: skip
PRODUCTION = {"production", "prod", "live", None}
Said = tuple[Driver, Cause, float, tuple[Evidence, ...]]


@dataclass(frozen=True, eq=False)
class Asked:
    """A change between two periods, taken apart; `spans` are the period and what it is held against."""

    table: CostTable
    compared: Comparison
    by_leaf: Ints
    spans: tuple[Span, Span]
    scope: Scope
    places: tuple[Place, ...]
    moves: tuple[Move, ...]
    lost: Lost | None
    around: Circumstances
    look: Look

    @property
    def delta(self) -> Ints:
        """(m,) change by leaf."""
        found: Ints = self.by_leaf.sum(axis=1)
        return found


def cause_of_change(a: Asked) -> Said:
    """(driver, cause, confidence, evidence for and against it). Of several causes that none outweighs, none is it."""
    total = int(a.delta.sum())
    driver = largest(drivers_of(a.by_leaf), total)
    fault = data_fault(a.table, a.compared, a.scope, a.spans, a.look)
    if fault:
        return driver, "data_fault", 0.85, (Evidence(fault, supports=True),)
    for rule in (_moved, _lost, _pools, _credits):
        said = rule(a)
        if said:
            return said
    return _driven(a, driver, total)


def _moved(a: Asked) -> Said | None:
    leaves = [i for m in a.moves for i in (*m.left, *m.came)]
    whole = int(np.abs(a.delta).sum())
    if not leaves or int(np.abs(a.delta[leaves]).sum()) < MOST * whole:
        return None
    evidence = [Evidence(m.words, supports=True) for m in a.moves[:3]]
    rest = int(a.delta.sum()) - int(a.delta[leaves].sum())
    if rest:
        evidence.append(Evidence(f"{a.look.money(rest)} of the difference is not in what moved", supports=False))
    return "attribution", "tag_move", 0.85, tuple(evidence)


def _lost(a: Asked) -> Said | None:
    """Requests that lost their tags: what moved so makes up most of what moved at all, feature by feature."""
    if a.lost is None:
        return None
    feature = a.compared.leaves.groupby(["team", "feature"], dropna=False, sort=False).ngroup().to_numpy()
    whole = float(np.abs(np.bincount(feature, weights=a.delta)).sum())
    share = min(1.0, float(np.abs(a.lost.moved).sum()) / whole) if whole else 0.0
    if share < MOST:
        return None
    said = Evidence(a.lost.words(a.look.money(a.lost.nano)), supports=True)
    return "attribution", "untagged_growth", sure_by(share), (said,)


def _pools(a: Asked) -> Said | None:
    share = _share(a, "pool")
    if share < MOST:
        return None
    here = int(a.by_leaf[:, ALL.index("pool")].sum())
    now, before = _pool_costs(a.table, a.spans)
    held = f"all pools together cost {a.look.money(int(now.sum()))}, {a.look.money(int(before.sum()))} before"
    if _split_otherwise(now, before, here):
        return "pool", "pool_change", 0.85, (Evidence(f"{held}: what changed is who bears it", supports=True),)
    return "pool", "pool", sure_by(share), (Evidence(held, supports=True),)


def incident_pool(table: CostTable, scope: Scope, span: Span) -> bool:
    """True where an incident in a scope's share of a pool comes from the split: the pools cost what they did a week before."""
    spans = (span, (span[0] - WEEK, span[1] - WEEK))
    now, before = _pool_costs(table, spans)
    pools = _is_pool(table)
    here = int(sum(sign * between(table, scope, s).cost[pools].sum() for sign, s in zip((1, -1), spans, strict=True)))
    return bool(before.any()) and _split_otherwise(now, before, here)


def _split_otherwise(now: Ints, before: Ints, here: int) -> bool:
    whole, moved = int(now.sum() - before.sum()), int(np.abs(now - before).sum())
    return abs(whole) < CHANGED * moved or (here > 0) != (whole > 0)


def _is_pool(table: CostTable) -> Bools:
    return (table.leaves["charge"] == "pool").to_numpy(dtype=bool)


def _pool_costs(table: CostTable, spans: tuple[Span, Span]) -> tuple[Ints, Ints]:
    """(leaves of pools,) cost in the first span and in the second, wherever."""
    pools = _is_pool(table)
    now, before = (between(table, (), span).cost[pools] for span in spans)
    return now, before


def _credits(a: Asked) -> Said | None:
    share = _share(a, "credit")
    if share < MOST:
        return None
    rows = (a.compared.leaves["charge"] == "credit").to_numpy(dtype=bool)
    before, now = int(a.compared.base.cost[rows].sum()), int(a.compared.current.cost[rows].sum())
    did = "ended" if not now else "began" if not before else "changed"
    said = f"a credit {did}: credits came to {a.look.money(now)}, {a.look.money(before)} before"
    return "credit", "credit", sure_by(share), (Evidence(said, supports=True),)


def _share(a: Asked, driver: Driver) -> float:
    """Of all that moved, up and down, what moved by this driver: a pool split otherwise comes to nothing in sum."""
    whole = int(np.abs(a.delta).sum())
    return float(np.abs(a.by_leaf[:, ALL.index(driver)]).sum()) / whole if whole else 0.0


def _driven(a: Asked, driver: Driver, total: int) -> Said:
    made = dict(drivers_of(a.by_leaf)).get(driver, 0)
    share = made / total if total else 0.0
    evidence = [Evidence(f"{driver_words(driver)} makes up {100 * share:.0f} % of the difference", supports=True)]
    alone = [p for p in a.places if abs(p.delta) > (1 - MOST) * sum(abs(q.delta) for q in a.places)]
    cause = _named(a, driver, up=total > 0)
    if len(alone) > 1:
        evidence.append(Evidence(f"{len(a.places)} places moved, none of which outweighs the others", supports=False))
    if not total or share < MOST or len(alone) > 1 or cause is None:
        return driver, "unknown", UNSURE, tuple(evidence) if total else ()
    if share < CLEAR:
        others = [(d, v) for d, v in drivers_of(a.by_leaf) if d != driver]
        other, amount = max(others, key=lambda d: abs(d[1]))
        evidence.append(Evidence(f"{driver_words(other)} moved it by {a.look.money(amount)} as well", supports=False))
    if a.places and a.places[0].scope != a.scope:
        evidence.append(Evidence(f"most of it is in {scope_words(a.places[0].scope)}", supports=True))
    if a.around.release and cause in ("prompt_growth", "output_growth", "cache_regression", "agent_loop"):
        evidence.append(Evidence(f"release {clean_name(a.around.release)} came with it, which may be a coincidence", supports=True))  # fmt: skip
    return driver, cause, sure_by(share_of(drivers_of(a.by_leaf), driver, total)), tuple(evidence)


def _named(a: Asked, driver: Driver, *, up: bool) -> Cause | None:
    """The cause that a driver has in this direction; None where there is no name for it."""
    if driver == "price":
        return "price_change"
    if driver in ("volume", "model_mix") and a.around.taken_over:
        return "version_upgrade" if a.around.taken_over == "version" else "model_switch"
    if not up:
        before, after = (s.counts[:, RUNS].sum() for s in (a.compared.base, a.compared.current))
        return "outage_drop" if driver == "volume" and after < 0.2 * before else None
    if driver == "requests_per_run" and a.around.error_share[1] > 1.5 * a.around.error_share[0] + 0.02:
        return "retry_storm"
    if driver == "output_tokens_per_request" and a.around.version_to:
        return "version_upgrade"
    if driver == "volume":
        return _grown(a)
    return UP.get(driver)


def _grown(a: Asked) -> Cause:
    """What more runs are: announced, staging, untagged or traffic."""
    where = dict(a.places[0].scope if a.places else a.scope)
    if a.around.announced and a.around.event:
        event, start = a.around.event, a.spans[0][0]
        if event.kind == "launch":
            return "feature_launch"
        return "batch_overrun" if event.until is not None and event.until <= start else "planned_batch"
    if where.get("environment") not in PRODUCTION:
        return "staging_leak"
    inside = leaves_inside(a.compared.leaves, a.places[0].scope if a.places else a.scope)
    before, now = (int(s.cost[inside].sum()) for s in (a.compared.base, a.compared.current))
    return "unannounced_launch" if before <= NEW * now else "traffic_surge"
