"""Standing the stack up, against the best that its parts allow: the longest chain, or all their CPU on every core."""

from __future__ import annotations

import resource
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from bench.machine import PROJECT, cores
from bench.processes import cpu_seconds
from bench.rows import Row, shares
from bench.stand import Bench
from environments.local.process import ProcessSpec
from environments.local.running import start
from harness.settings import Settings

_MOST = 1.2  # times the best


@dataclass(frozen=True)
class _Alone:
    """The parts' own starts, each with nothing beside it: seconds, what each requires, CPU seconds of jobs."""

    seconds: dict[str, float]
    requires: dict[str, tuple[str, ...]]
    job_cpu: float

    def chain(self, name: str) -> float:
        """Return the seconds until a part can be ready at the earliest."""
        before = [self.chain(other) for other in self.requires[name] if other in self.seconds]
        return self.seconds[name] + max(before, default=0.0)


def measure(bench: Bench) -> list[Row]:
    """Start the stack side by side and its parts one after the other, by turns; the last stack stays up."""
    ratios, walls, chains, spreads = [], [], [], []
    for _ in range(bench.runs):
        alone = _one_after_the_other()
        walls.append(bench.up().seconds)
        assert bench.stack is not None
        cpu = cpu_seconds(bench.stack)
        chains.append(max(alone.chain(name) for name in alone.seconds))
        spreads.append((sum(cpu.values()) + alone.job_cpu) / cores())
        ratios.append(walls[-1] / max(chains[-1], spreads[-1]))
    parts = list(alone.seconds.items())
    return [
        Row("stand-up, `harness up`", median(walls), "s"),
        Row("longest chain of starts alone", median(chains), "s", note=shares(parts, "s", most=len(parts))),
        Row("CPU seconds ÷ cores", median(spreads), "s", note=shares(list(cpu.items()), "s CPU", most=len(cpu))),
        Row("stand-up ÷ the larger of the two", median(ratios), "×", _MOST),
    ]


def _one_after_the_other() -> _Alone:
    """Start every part alone, behind all those before it, and end them."""
    requires: dict[str, tuple[str, ...]] = {}

    def in_a_row(specs: Sequence[ProcessSpec]) -> tuple[ProcessSpec, ...]:
        requires.update({spec.name: spec.requires for spec in specs})
        before: list[tuple[str, ...]] = [(), *((spec.name,) for spec in specs)]
        return tuple(replace(spec, requires=name) for spec, name in zip(specs, before, strict=False))

    jobs = _waited_for()
    stack, reaper = start(Settings(platform=PROJECT / "demo" / "platform.yaml"), "", arrange=in_a_row)
    jobs = _waited_for() - jobs
    reaper.down()
    reaper.close()
    return _Alone({w.name: w.ready_seconds or 0.0 for w in stack.workloads}, requires, jobs)


def _waited_for() -> float:
    """Return the CPU seconds of children that have ended; of a stack these are its jobs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
