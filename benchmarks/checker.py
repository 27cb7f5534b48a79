"""Which narratives does the checker accept? `python -m benchmarks.checker CASES.jsonl OUT.jsonl`

A case has `id`, `facts` and `text`; an answer `id`, `accepted` and `reasons`. Where the cases say `truth`, the shares of
the wrong ones refused and of the true ones refused are printed."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from explainer.checker import check
from explainer.types import Fact
from fixtures.checker_blind import blind_cases


def fact_of(raw: Mapping[str, Any]) -> Fact:
    """A fact of its JSON object."""
    value = tuple(raw["value"]) if isinstance(raw["value"], list) else raw["value"]
    return Fact(raw["id"], raw["kind"], raw["name"], value, raw["unit"], raw["text"])


def answer(case: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to one case."""
    reasons = check(case["text"], [fact_of(raw) for raw in case["facts"]])
    return {"id": case["id"], "accepted": not reasons, "reasons": reasons}


def cases_of(path: Path) -> list[dict[str, Any]]:
    """The cases of a file of JSON lines, or of a text as in `fixtures/checker_blind`."""
    if path.suffix == ".txt":
        return blind_cases(path)
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def main() -> None:
    """Answers all cases of a file and prints the shares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    cases = cases_of(arguments.cases)
    answers = [answer(case) for case in cases]
    arguments.out.write_text("".join(json.dumps(a) + "\n" for a in answers), "utf-8")
    for truth, words in ((False, "wrong"), (True, "true")):
        told = [a for c, a in zip(cases, answers, strict=True) if c.get("truth") is truth]
        if told:
            refused = sum(not a["accepted"] for a in told)
            print(f"{words}: {refused} of {len(told)} refused, {refused / len(told):.1%}")


if __name__ == "__main__":
    main()
