"""Claims without a figure, against the facts: each kind of claim in a file of its own."""

from __future__ import annotations

from explainer.checker.advice import advice_faults
from explainer.checker.attributes import attribute_faults, event_faults, half_named_faults, kind_faults, switch_faults
from explainer.checker.budgets import budget_faults, exhausted_faults
from explainer.checker.causation import cause_faults
from explainer.checker.changes import count_faults, steady_faults, unit_cost_faults, unit_faults
from explainer.checker.deeds import deed_faults, named_deed_faults
from explainer.checker.denials import denial_faults
from explainer.checker.directions import direction_faults
from explainer.checker.drivers import driver_faults
from explainer.checker.forecasts import forecast_faults
from explainer.checker.norms import normal_faults
from explainer.checker.outright import opposite_faults, without_told
from explainer.checker.promises import promise_faults
from explainer.checker.quantities import Known
from explainer.checker.ranks import outpace_faults, part_rank_faults, rank_faults
from explainer.checker.reach import reach_faults, spared_faults
from explainer.checker.records import record_faults
from explainer.checker.roles import role_faults
from explainer.checker.sentence import Sentence
from explainer.checker.stated import stated_faults
from explainer.checker.states import planned_faults, state_faults
from explainer.checker.steps import done_faults
from explainer.checker.unspoken import unspoken_faults


def statement_faults(sentence: Sentence, known: Known, before: str | None) -> list[str]:
    """What a sentence claims in words and no fact backs. `before` is what the sentence before it was about."""
    rest = without_told(sentence, known)
    text = sentence.text
    return [
        *direction_faults(sentence, known, before),
        *rank_faults(text, known),
        *part_rank_faults(sentence, known),
        *outpace_faults(text, known),
        *budget_faults(sentence, known),
        *exhausted_faults(text, known),
        *forecast_faults(text, known),
        *opposite_faults(sentence, known),
        *state_faults(rest.text, known),
        *planned_faults(rest.text, known),
        *reach_faults(rest, known),
        *spared_faults(sentence, known),
        *driver_faults(text, known),
        *normal_faults(rest.text, known),
        *event_faults(text, known),
        *half_named_faults(text, known),
        *attribute_faults(text, known),
        *switch_faults(text, known),
        *kind_faults(rest.text, known),
        *steady_faults(rest.text, known),
        *count_faults(text, known),
        *unit_cost_faults(text, known),
        *min(cause_faults(sentence, known), cause_faults(rest, known), key=len),
        *promise_faults(rest.text, known),
        *deed_faults(rest.text, known),
        *named_deed_faults(sentence, known),
        *advice_faults(rest.text, known),
        *done_faults(text, known),
        *denial_faults(rest, known),
        *stated_faults(text, known),
        *role_faults(sentence, known),
        *record_faults(rest, known),
        *unspoken_faults(rest.text, known),
        *unit_faults(text, known),
    ]
