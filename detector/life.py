"""When an incident began and ended, and what it cost: change points of one series of deviations."""

from __future__ import annotations

import numpy as np

from detector.grid import Floats


def began(deviation: Floats, base: Floats, relative: float, end: int, reach: int) -> int:
    """The step at which a deviation that still holds at `end` most likely began: the maximum over starts of the sum of
    what exceeds half of it (a CUSUM run backwards; Page 1954)."""
    first = max(0, end - reach)
    excess = (deviation[first : end + 1] - 0.5 * relative * base[first : end + 1])[::-1]
    return end - int(np.argmax(np.cumsum(excess)))


def ended(deviation: Floats, base: Floats, relative: float, start: int, last: int) -> int:
    """The last step of a deviation that began at `start`, by the same rule run forwards."""
    excess = deviation[start : last + 1] - 0.5 * relative * base[start : last + 1]
    return start + int(np.argmax(np.cumsum(excess)))


def over(deviation: Floats, base: Floats, relative: float, last: int, width: int) -> bool:
    """True where the last `width` steps are back to normal: less than a third of the deviation is left."""
    first = max(0, last - width + 1)
    left, usual = deviation[first : last + 1].sum(), base[first : last + 1].sum()
    return bool(left <= 0.35 * relative * max(usual, 1e-9))
