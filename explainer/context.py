"""What the explainer is told beside costs: who owns what, what may be spent, what it achieved."""

from __future__ import annotations

from dataclasses import dataclass

from explainer.look import DOLLARS, Look
from ledger.types import Outcome, Scope


@dataclass(frozen=True, slots=True)
class Budget:
    """What a scope may cost in a calendar month, in dollars."""

    scope: Scope
    month_usd: float


@dataclass(frozen=True, slots=True)
class Context:
    """All optional. `owners` maps scopes to names; of those that hold, the longest decides."""

    owners: tuple[tuple[Scope, str], ...] = ()
    budgets: tuple[Budget, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    look: Look = DOLLARS
    """How amounts in evidence and facts are written; its zone is where days and months begin."""

    def owner_of(self, scope: Scope) -> str | None:
        """Who owns a scope: the rule with the most in common with it, else its own team."""
        held = [(len(rule), name) for rule, name in self.owners if set(rule) <= set(scope)]
        return max(held)[1] if held else dict(scope).get("team")

    def budget_of(self, scope: Scope) -> Budget | None:
        """The budget that a scope falls under: the narrowest."""
        held = [b for b in self.budgets if set(b.scope) <= set(scope)]
        return max(held, key=lambda b: len(b.scope)) if held else None
