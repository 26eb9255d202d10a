"""Every scenario on a cold and on a warm stack, by stage."""

from __future__ import annotations

import json
from typing import Any

from bench.rows import Row, shares
from bench.stand import Bench


def measure(bench: Bench) -> list[Row]:
    """Run all twice on one fresh stack; the first makes the stack and the stage results, the second finds them."""
    bench.up()
    return [_run(bench, "on a cold stack"), _run(bench, "on a warm stack")]


def _run(bench: Bench, how: str) -> Row:
    done = bench.scenarios("features")
    report: dict[str, Any] = json.loads((bench.folder / ".harness" / "results" / "run.json").read_text())
    stages = report["stages"]
    passed, scenarios = (sum(stage[key] for stage in stages.values()) for key in ("passed", "scenarios"))
    by_stage = shares([(name, stage["seconds"]) for name, stage in stages.items()], "s", most=len(stages))
    return Row(f"every scenario {how}", done.seconds, "s", note=f"{passed} of {scenarios} passed; {by_stage}")
