"""Why: exact, local, in checked words.

`explain_incident` and `explain_change` give an `Explanation`: the change between two spans as parts and drivers that
add up to the nano-dollar, the place, the cause with its confidence and evidence, and the facts that words may use.
`narrate` puts the facts into words for one kind of reader.
"""

from explainer.context import Budget, Context
from explainer.explain import explain_change, explain_incident
from explainer.look import Look
from explainer.narrate import narrate
from explainer.types import Explanation, Fact, Narrative

__all__ = [
    "Budget",
    "Context",
    "Explanation",
    "Fact",
    "Look",
    "Narrative",
    "explain_change",
    "explain_incident",
    "narrate",
]
