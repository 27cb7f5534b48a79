"""Who may see what."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd

from agent.access import Access, AccessRule, may_see, restricted
from ledger.table import table_of
from ledger.types import scope_of

RULES = (AccessRule(("*",), users=("U_CFO",)), AccessRule(("search", "legal"), channels=("C_REVIEW", "review")))
ACCESS = Access("own", RULES, {"C_GROWTH": "growth", "support-alerts": "support"})


def test_without_rules_everybody_sees_everything():
    """The default setting hides nothing."""
    assert Access().visible("U1", "C1") is None


def test_own_shows_the_channels_team_alone():
    """Somebody whom no rule names sees the team of the channel, found by id or by name."""
    assert ACCESS.visible("U1", "C_GROWTH") == {"growth"}
    assert ACCESS.visible("U1", "C9", "#support-alerts") == {"support"}
    assert ACCESS.visible("U1", "C9") == frozenset()


def test_rules_add_up():
    """A rule for the user or the channel adds its teams; "*" opens all."""
    assert ACCESS.visible("U1", "C_REVIEW") == {"search", "legal"}
    assert ACCESS.visible("U_CFO", "C_GROWTH") is None


def test_a_rule_narrows_where_the_default_is_all():
    """Under "all", somebody whom a rule names sees what the rule says and no more."""
    access = Access("all", (AccessRule(("legal",), users=("U_AUDIT",)),))
    assert access.visible("U_AUDIT", "C1") == {"legal"}
    assert access.visible("U1", "C1") is None


def test_hidden_rows_leave_no_name_behind():
    """What may not be shown is not in the table, names included."""
    hours = pd.to_datetime([datetime(2026, 11, 1, h, tzinfo=UTC) for h in (0, 1, 2)])
    frame = pd.DataFrame({"hour": hours, "team": ["a", "b", None], "cost_usd": [1.0, 2.0, 4.0]})
    table = restricted(table_of(frame), frozenset({"b"}))
    assert table.leaves["team"].tolist() == ["b"]
    assert table.cost.tolist() == [2_000_000_000]
    assert table.leaf.tolist() == [0]


def test_an_incident_beyond_the_teams_is_not_shown():
    """An incident of another team, of several, or of everywhere stays hidden."""
    mine = scope_of({"team": "a", "feature": "x"})
    assert may_see((mine,), frozenset({"a"}))
    assert not may_see((mine, scope_of({"team": "b"})), frozenset({"a"}))
    assert not may_see(((),), frozenset({"a"}))
    assert may_see(((),), None)
