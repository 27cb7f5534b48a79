"""Who may see which teams' figures; held for every question, button and shared answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from explainer.context import Context
from ledger.table import CostTable
from ledger.types import Scope

EVERYONE = "*"


@dataclass(frozen=True, slots=True)
class AccessRule:
    """These users (ids), or all who ask in these channels (ids or names), may see these teams; "*" is all."""

    teams: tuple[str, ...]
    users: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Access:
    """`default` says what somebody sees whom no rule names: all, own (the team of the channel asked in) or none."""

    default: Literal["all", "own", "none"] = "all"
    rules: tuple[AccessRule, ...] = ()
    channel_teams: Mapping[str, str] = field(default_factory=dict)

    def team_of(self, channel: str, channel_name: str = "") -> str | None:
        """The team whose channel this is, by id or name."""
        return self.channel_teams.get(channel) or self.channel_teams.get(channel_name.lstrip("#"))

    def visible(self, user: str, channel: str, channel_name: str = "") -> frozenset[str] | None:
        """The teams that may be shown, None for all of them (and what nobody owns)."""
        teams: set[str] = set()
        for rule in self.rules:
            if user in rule.users or {channel, channel_name.lstrip("#")} & set(rule.channels):
                teams |= set(rule.teams)
        if EVERYONE in teams or (self.default == "all" and not teams):
            return None
        own = self.team_of(channel, channel_name)
        if self.default == "own" and own:
            teams.add(own)
        return frozenset(teams)


def restricted(table: CostTable, teams: frozenset[str] | None) -> CostTable:
    """The rows that may be shown; the leaves shrink too, so that no other team's name is left in it."""
    if teams is None:
        return table
    shown = table.leaves["team"].isin(sorted(teams)).to_numpy(dtype=bool)
    number = np.cumsum(shown) - 1
    kept = table.take(shown[table.leaf])
    leaves = table.leaves[shown].reset_index(drop=True)
    return CostTable(leaves, number[kept.leaf], kept.hour, kept.available, kept.drivers, kept.cost)


def concerning(scope: Scope, teams: frozenset[str] | None) -> bool:
    """True where something announced for a scope may be named: it is of these teams, or of no team in particular."""
    team = dict(scope).get("team", EVERYONE)
    return teams is None or team == EVERYONE or team in teams


def narrowed(context: Context, teams: frozenset[str] | None) -> Context:
    """Budgets and outcomes of these teams alone: the company's are nobody's to see who may not see the company."""
    if teams is None:
        return context
    budgets = tuple(b for b in context.budgets if may_see((b.scope,), teams))
    outcomes = tuple(o for o in context.outcomes if may_see((o.scope,), teams))
    return replace(context, budgets=budgets, outcomes=outcomes)


def may_see(scopes: tuple[Scope, ...], teams: frozenset[str] | None) -> bool:
    """True where an incident of these scopes lies wholly within the teams."""
    return teams is None or (bool(scopes) and all(dict(scope).get("team") in teams for scope in scopes))
