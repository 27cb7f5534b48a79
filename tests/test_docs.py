"""What the documents say is true: every command in a `console` block is run, and shows what the block says."""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCS = [ROOT / "README.md", ROOT / "benchmarks" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LIKE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def commands(text: str) -> list[tuple[str, str]]:
    """(command, expected output) of every `$` line, in order."""
    found: list[list[str]] = []
    for block in BLOCK.findall(text):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append([line[2:], ""])
            elif found:
                found[-1][1] += line + "\n"
    return [(command, output) for command, output in found]


@pytest.mark.parametrize("path", [p for p in DOCS if commands(p.read_text())], ids=lambda p: p.name)
def test_every_command_in_the_documents_runs(path, tmp_path):
    """A reader who types what stands there sees what stands there; `...` stands for anything."""
    for place in ("sample", "fixtures/sample"):  # as it lies in a checkout, too
        shutil.copytree(ROOT / "fixtures" / "sample", tmp_path / place)
    here = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "120", "NO_COLOR": "1"}
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("WHY_SPIKE", "SLACK", "ANTHROPIC"))} | here
    for command, expected in commands(path.read_text()):
        done = subprocess.run(
            command, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        if expected.strip():
            assert doctest.OutputChecker().check_output(expected, done.stdout, LIKE), f"{command}\n{done.stdout}"


def test_ci_runs_the_two_commands_of_the_readme():
    """README promises two command lines; CI runs what they say."""
    readme = (ROOT / "README.md").read_text()
    ci = (ROOT / ".ci" / "run").read_text()
    assert "python3 -m venv .venv && . .venv/bin/activate && pip install -e . && why-spike demo" in readme
    assert "pip install -e '.[test]' && pytest" in readme
    for piece in ("pip install -q -e .\n", "why-spike demo\n", "pip install -q -e '.[test]' && pytest -q\n"):
        assert piece in ci


@pytest.mark.parametrize("path", DOCS, ids=lambda p: p.name)
def test_links_between_documents_lead_somewhere(path):
    """A relative link or picture names a file that is there."""
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", path.read_text()):
        assert (path.parent / target).exists(), target


def test_every_benchmark_has_its_command_and_figures_in_the_table():
    """A benchmark that nobody finds is not run."""
    table = (ROOT / "benchmarks" / "README.md").read_text()
    names = {p.stem for p in (ROOT / "benchmarks").glob("*.py")} - {"__init__"}
    assert {n for n in names if f"| `python -m benchmarks.{n}" not in table} == set()
