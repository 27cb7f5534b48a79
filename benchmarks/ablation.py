"""A backtest that leaves out a method of the second opinion on bursts, to see what it adds.

    python -m benchmarks.ablation forest|seasons|opinion backtest --costs COSTS --events EVENTS --predictions OUT

`forest` leaves the isolation forest out and keeps the seasonal decomposition, `seasons` forecasts by the mean instead of
the decomposition and keeps the forest, `opinion` leaves both out, so that whatever the search finds is told. What follows
is the command line of why-spike, and its predictions are for the same scorer.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from agent.cli import main as why_spike
from benchmarks.series import Level
from detector import find
from detector.decompose import Decomposer
from detector.grid import Floats
from detector.opinion import Opinion, opinion_of


def without_forest(cost: Floats, width: int, decomposer: Decomposer) -> Opinion:
    """The opinion of the seasonal decomposition alone."""
    found = opinion_of(cost, width, decomposer)
    return found if found.score is None else Opinion(found.score - found.isolation, found.bar)


def without_seasons(cost: Floats, width: int, _decomposer: Decomposer) -> Opinion:
    """The opinion where nothing is known of hours of the day."""
    return opinion_of(cost, width, Level())


def without_opinion(_cost: Floats, _width: int, _decomposer: Decomposer) -> Opinion:
    """No opinion: everything stands out."""
    return Opinion()


WITHOUT: dict[str, Callable[[Floats, int, Decomposer], Opinion]] = {
    "forest": without_forest,
    "seasons": without_seasons,
    "opinion": without_opinion,
}


def main() -> None:
    """Runs why-spike without a method."""
    if len(sys.argv) < 3 or sys.argv[1] not in WITHOUT:
        sys.exit(__doc__)
    find.opinion_of = WITHOUT[sys.argv[1]]
    sys.argv = ["why-spike", *sys.argv[2:]]
    why_spike()


if __name__ == "__main__":
    main()
