"""The layout holds: who may import whom, where outside libraries are named, and who reads the clock."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ORDER = ("ledger", "detector", "explainer", "notifiers", "agent")
FILES = [path for folder in ORDER for path in sorted((ROOT / folder).rglob("*.py"))]
AT_MOST = {
    "anthropic": 1,
    "apscheduler": 1,
    "slack_sdk": 2,
    "slack_bolt": 1,
    "sklearn": 1,
    "genai_prices": 1,
    "typer": 8,
}
"""In how many files an outside library may be named."""
NAMELESS = {"utils", "helpers", "base", "manager", "common", "misc"}


def imported(path: Path) -> set[str]:
    """The top-level names of all that a file imports, late imports included."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_right_to_left(path):
    """ledger <- detector <- explainer <- notifiers <- agent, and none of them imports tests or benchmarks."""
    allowed = set(ORDER[: ORDER.index(path.relative_to(ROOT).parts[0]) + 1])
    ours = imported(path) & {*ORDER, "tests", "benchmarks"}
    assert ours <= allowed, f"{path.relative_to(ROOT)} imports {sorted(ours - allowed)}"


def test_outside_libraries_are_named_in_few_files():
    """A library that could be replaced is behind one door."""
    users = defaultdict(list)
    for path in FILES:
        for name in imported(path) & AT_MOST.keys():
            users[name].append(str(path.relative_to(ROOT)))
    over = {name: files for name, files in users.items() if len(files) > AT_MOST[name]}
    assert not over


def test_packages_are_of_this_checkout():
    """The names are generic: what is tested is what stands here."""
    for name in ORDER:
        module = __import__(name)
        assert Path(module.__file__).is_relative_to(ROOT)


def test_no_file_has_a_name_that_says_nothing():
    """Files are named by what they hold."""
    assert not [path for path in FILES if path.stem in NAMELESS or path.parent.name in NAMELESS]


def test_the_clock_is_read_at_the_rim_alone():
    """Time is an argument; only agent/clock.py asks what time it is."""
    clocks = ("datetime.now", "datetime.utcnow", "Timestamp.now", "time.time", "date.today", "datetime.today")
    readers = []
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(clocks):
                readers.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert {r.split(":")[0] for r in readers} <= {"agent/clock.py"}, readers


def test_the_environment_is_read_in_the_config_alone():
    """Settings come from one place, so that what is set can be known."""
    readers = [
        f"{path.relative_to(ROOT)}"
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ("os.environ", "os.getenv")
    ]
    assert set(readers) <= {"agent/config.py"}
