"""Draws a chart: as a PNG (matplotlib's object API, the same bytes each time) or in characters for a terminal."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import accumulate, pairwise
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import numpy as np

from explainer.look import Look
from notifiers.clean import clean
from notifiers.types import Chart

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, SOFT, ALARM, CALM, GOOD = "#1f2933", "#c5d3e0", "#c8322b", "#52728f", "#2f7d4f"
BARS = " ▁▂▃▄▅▆▇█"
WIDTH = 64
TITLE = 9.5
"""Characters of a title an inch."""
SMALL = 0.2
"""A waterfall whose steps are so small beside its totals is shown without the part below them."""


def png(chart: Chart, *, inches: tuple[float, float] = (7.2, 3.4), dark: bool = False) -> bytes:
    """The picture; nothing in it is read as a formula, whatever the data is called."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    ground, ink = ("#14181d", "#e6ebf0") if dark else ("#ffffff", INK)
    style: Any = {
        "text.parse_math": False, "font.size": 11, "text.color": ink, "axes.edgecolor": ink, "axes.labelcolor": ink,
        "xtick.color": ink, "ytick.color": ink,
    }  # fmt: skip
    with mpl.rc_context(style):
        figure = Figure(figsize=inches, layout="constrained", facecolor=ground)
        axes = figure.add_subplot(facecolor=ground)
        {"band": _band, "waterfall": _waterfall, "bars": _bars}[chart.kind](axes, chart, ink)
        title = "\n".join(wrap(_plain(chart.title), int(TITLE * inches[0]))[:2])
        figure.suptitle(title, x=0.01, ha="left", fontsize=11, fontweight="bold", color=ink)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        out = io.BytesIO()
        figure.savefig(out, format="png", dpi=160, metadata={"Software": None})
    return out.getvalue()


def _band(axes: Axes, chart: Chart, ink: str) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num

    times: Any = date2num(np.array([t.replace(tzinfo=None) for t in chart.times], dtype="datetime64[s]"))
    if chart.low and chart.high:
        axes.fill_between(times, chart.low, chart.high, color=SOFT, alpha=0.6, linewidth=0, label="expected range")
    axes.plot(times, chart.expected, color=CALM, linewidth=1, linestyle="--", label="expected")
    axes.plot(times, chart.actual, color=ink, linewidth=1.2, label="actual")
    if chart.marked_from is not None and len(times):
        start = date2num(np.datetime64(chart.marked_from.replace(tzinfo=None)))
        end = date2num(np.datetime64(chart.marked_to.replace(tzinfo=None))) if chart.marked_to else times[-1]
        axes.axvspan(max(start, times[0]), max(end, start), color=ALARM, alpha=0.14, linewidth=0)
    locator = AutoDateLocator()
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    axes.set_ylim(bottom=min(0.0, *chart.actual) if chart.actual else 0.0)
    axes.set_ylabel(_plain(unit_words(chart)))
    axes.set_xlabel(chart.zone, fontsize=9, loc="left")
    axes.yaxis.set_major_formatter(_ticks(chart, axes.yaxis))
    axes.margins(x=0.01)
    axes.legend(frameon=False, fontsize=9, loc="lower left", bbox_to_anchor=(-0.01, 1.0), ncols=3, borderpad=0)


def _waterfall(axes: Axes, chart: Chart, ink: str) -> None:
    """Horizontal, so that the labels can be read; totals blue, rises red, falls green, each with its sign."""
    values, n = chart.values, len(chart.values)
    starts, ends = zip(*_steps(values), strict=True)
    cut = _cut(ends)
    for i, value in enumerate(values):
        total = i in (0, n - 1)
        left = cut if total else starts[i]
        axes.barh(i, ends[i] - left, left=left, color=CALM if total else ALARM if value > 0 else GOOD, height=0.62)
        text = _number(chart, value) if total or value < 0 else f"+{_number(chart, value)}"
        axes.text(max(left, ends[i]), i, f" {text}", va="center", fontsize=9, color=ink)
    axes.set_yticks(range(n), [_plain(label)[:32] for label in chart.labels])
    axes.invert_yaxis()
    axes.margins(x=0.18)
    if cut:
        axes.set_xlim(left=cut)
    axes.xaxis.set_major_formatter(_ticks(chart, axes.xaxis))
    axes.set_xlabel(
        f"{_plain(unit_words(chart))}, from {_number(chart, cut, 0)} on" if cut else _plain(unit_words(chart))
    )


def _bars(axes: Axes, chart: Chart, ink: str) -> None:
    drawn = axes.bar(range(len(chart.values)), chart.values, color=CALM, width=0.7)
    axes.bar_label(drawn, [_number(chart, v, 0) for v in chart.values], fontsize=9, color=ink, padding=2)
    axes.set_xticks(range(len(chart.labels)), [_plain(label)[:14] for label in chart.labels], fontsize=9)
    axes.set_ylabel(_plain(unit_words(chart)), color=ink)
    axes.yaxis.set_major_formatter(_ticks(chart, axes.yaxis))


def in_characters(chart: Chart, width: int = WIDTH) -> list[str]:
    """The chart for a terminal, in lines."""
    if chart.kind == "band":
        return _line_of_blocks(chart, width)
    name = max((len(clean(label)) for label in chart.labels), default=0)
    room = max(8, width - name - 16)
    spans = [(0.0, v) for v in chart.values] if chart.kind == "bars" else _steps(chart.values)
    low, high = min((min(s) for s in spans), default=0.0), max((max(s) for s in spans), default=0.0)
    if chart.kind == "waterfall" and low == 0.0:
        low = _cut([end for _, end in spans])
    scale = room / ((high - low) or 1.0)
    numbers = [_number(chart, value) for value in chart.values]
    lines, wide = [], max((len(n) for n in numbers), default=0)
    for label, number, (start, end) in zip(chart.labels, numbers, spans, strict=True):
        first = min(room - 1, max(0, round((min(start, end) - low) * scale)))
        long = max(1, round((max(start, end) - low) * scale) - first)
        lines.append(f"  {clean(label):<{name}} {' ' * first + '█' * long:<{room}} {number:>{wide}}")
    return lines if low <= 0 else [*lines, f"  {'':<{name}} (bars begin at {_number(chart, low, 0)})"]


def _steps(values: Sequence[float]) -> list[tuple[float, float]]:
    """(from, to) of each bar of a waterfall: the totals from nothing, what is between them from where the last one ended."""
    ends = list(accumulate(values[:-1]))
    return [(0.0, values[0]), *pairwise(ends), (0.0, values[-1])]


def _cut(ends: Sequence[float]) -> float:
    """Where the axis of a waterfall begins: at nothing, or where its steps are small beside its totals, below them."""
    low, high = min(ends), max(ends)
    small = low > 0 and high - low < SMALL * high
    return low - 0.5 * ((high - low) or high) if small else 0.0


def unit_words(chart: Chart) -> str:
    """What an axis counts: dollars, euros, requests."""
    return Look(currency=chart.currency).currency_words if chart.currency else chart.unit.replace("_", " ")


def _number(chart: Chart, value: float, digits: int | None = None) -> str:
    """As the chart's locale writes it, with the decimals of its currency; the minus is a true one."""
    look = Look(chart.language, currency=chart.currency or "USD")
    shown = look.number(value, look.digits if digits is None else digits)
    return shown.replace("-", "−")


def _ticks(chart: Chart, axis: Any) -> Any:
    """Numbers along an axis, with as many decimals as they need."""
    from matplotlib.ticker import FuncFormatter

    def shown(value: float, _at: int | None) -> str:
        ticks = axis.get_majorticklocs()
        digits = next((d for d in range(6) if np.allclose(np.round(ticks, d), ticks, atol=1e-9)), 6)
        return _number(chart, value, digits)

    return FuncFormatter(shown)


def _line_of_blocks(chart: Chart, width: int) -> list[str]:
    """Actual over expected as two rows of blocks on one scale, and a row that marks the incident."""
    n = len(chart.actual)
    if not n:
        return []
    edges = np.linspace(0, n, min(width, n) + 1).astype(int)
    pieces = [slice(a, b) for a, b in pairwise(edges)]
    top = max(*chart.actual, *chart.expected, 1e-12)
    rows = {
        name: "".join(BARS[round(max(0.0, float(np.mean(values[p]))) / top * 8)] for p in pieces)
        for name, values in (("actual", chart.actual), ("expected", chart.expected))
    }
    marked = "".join("▲" if any(_inside(chart, t) for t in chart.times[p]) else " " for p in pieces)
    first, last = f"{chart.times[0]:%Y-%m-%d}", f"{chart.times[-1]:%Y-%m-%d}"
    look = Look(chart.language, currency=chart.currency or "USD")
    peak = look.written(round(top * 10**look.digits)) if chart.currency else _number(chart, top)
    return [
        f"  actual   {rows['actual']}  peak {peak}",
        f"  expected {rows['expected']}",
        f"           {marked}".rstrip(),
        f"           {first}{last.rjust(len(pieces) - len(first))}",
    ]


def _inside(chart: Chart, t: Any) -> bool:
    after = chart.marked_from is not None and t >= chart.marked_from
    return after and (chart.marked_to is None or t < chart.marked_to)


def _plain(text: str) -> str:
    """On one line, and with a box for what the font does not hold."""
    from matplotlib.font_manager import findfont, get_font

    known = get_font(findfont("DejaVu Sans")).get_char_index
    return "".join(c if known(ord(c)) else "□" for c in clean(text))
