"""SQL that turns the columns of a table of single requests into what they should be, with a word on what did not fit."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.readers.summed import COUNTS, NAMES
from ledger.types import DIMENSIONS

MOST_TOKENS = 1_000_000_000
MOST_COST = 1_000_000_000
ZONED = ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS")
_CENTURY = "BETWEEN 946684800000000 AND 4102444800000000"
_WHOLE = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT"}


def cells(types: Mapping[str, str], currency: str) -> list[str]:
    """Expressions for all columns of the view `raw` of `ledger.readers.summed` but `file` and `id`, for a table whose
    columns have these DuckDB types; `currency` is that of a `cost` that does not say."""
    parts = [*_time(types["time"]), *(p for c in COUNTS if c in types for p in _count(c, types[c])), *_cost(types)]
    parts += [f'{_text(n, types[n])} AS "{n}"' for n in (*NAMES, *DIMENSIONS) if n in types]
    if "cost" in types:
        said = _text("currency", types["currency"]) if "currency" in types else "NULL"
        parts.append(f"upper(coalesce({said}, {quoted(currency)})) AS currency")
    failed = "coalesce(TRY_CAST(error AS BOOLEAN), false)" if "error" in types else "false"
    if "continued" in types:
        parts.append("coalesce(TRY_CAST(continued AS BOOLEAN), false) AS continued")
    return [*parts, f"{failed} AS failed"]


def quoted(text: str) -> str:
    """A string literal: a view takes no parameters."""
    return "'" + text.replace("'", "''") + "'"


def _time(kind: str) -> list[str]:
    moment, shown = "CAST(time AS TIMESTAMPTZ)", "CAST(time AS VARCHAR)"
    if kind not in ZONED:
        zoned = rf"regexp_matches({shown}, '([zZ]|[+-]\d{{2}}:?\d{{2}})$')"
        moment = f"CASE WHEN {zoned} THEN TRY_CAST(time AS TIMESTAMPTZ) END"
    us = f"epoch_us({moment})"
    return [f"{us} AS us", f"CASE WHEN NOT coalesce({us} {_CENTURY}, false) THEN coalesce({shown}, '') END AS bad_time"]


def _count(name: str, kind: str) -> list[str]:
    """The column as a count, and its text where it is none."""
    value, right = name, f"{name} BETWEEN 0 AND {MOST_TOKENS}"
    if kind not in _WHOLE:
        value = f"TRY_CAST({name} AS DOUBLE)"
        right = f"coalesce({value} BETWEEN 0 AND {MOST_TOKENS} AND {value} = floor({value}), false)"
    bad = f"CASE WHEN {name} IS NOT NULL AND NOT {right} THEN CAST({name} AS VARCHAR) END AS bad_{name}"
    return [f"CASE WHEN {right} THEN CAST({value} AS BIGINT) END AS {name}", bad]


def _cost(types: Mapping[str, str]) -> list[str]:
    name = "cost" if "cost" in types else "cost_usd"
    if name not in types:
        return ["NULL::DOUBLE AS cost"]
    value = f"TRY_CAST({name} AS DOUBLE)"
    right = f"coalesce(abs({value}) <= {MOST_COST}, false)"
    bad = f"CASE WHEN {name} IS NOT NULL AND NOT {right} THEN CAST({name} AS VARCHAR) END AS bad_cost"
    return [f"{value} AS cost", bad]


def _text(name: str, kind: str) -> str:
    return f'"{name}"' if kind == "VARCHAR" else f'CAST("{name}" AS VARCHAR)'
