"""The contracts: one named promise each, checked by one small function, in a graph of what requires what."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any, TypeVar

from harness.errors import Location, UsageError

if TYPE_CHECKING:
    from harness.contracts.probe import Probe

Facts = Mapping[str, Any]  # what a check found, JSON-able
Check = Callable[..., Facts | None]
C = TypeVar("C", bound=Check)


class Stage(StrEnum):
    """The stages of a pipeline, in order."""

    PREFLIGHT = "preflight"
    LOAD = "load"
    INIT = "init"
    BRONZE = "bronze"
    TRANSFORM = "transform"
    SEMANTIC = "semantic"
    TRACES = "traces"
    LINEAGE = "lineage"


class Target(StrEnum):
    """What a check is called with."""

    PLATFORM = "platform"  # harness.platform.Reading: platform.yaml as it was read
    DEPLOYMENT = "deployment"  # harness.workloads.Deployment: the workloads, nothing running
    CODE = "code"  # the platform's own code, nothing running
    STACK = "stack"  # harness.contracts.Probe: clients of a running stack


@dataclass(frozen=True)
class Case:
    """One thing that a contract is checked on.

    `subject`: its name in reports, from the whole to the part (`floe-cube-api/cube/OTEL_SERVICE_NAME`); empty: the
    target as a whole. `params`: what the check is called with besides its target. `location`: where it is written.
    `of`: further subjects that it is made from: what is broken there is in its way too, also for the contract itself.
    """

    subject: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    location: Location | None = None
    of: tuple[str, ...] = ()


Each = Callable[[Any], Iterable[Case]]
Applies = Callable[[Any], str | None]


def the_whole(target: object) -> Iterable[Case]:
    """Return the one case that is the target itself."""
    return (Case(),)


def always(target: object) -> str | None:
    """Return no reason against: the contract applies to every target."""
    return None


@dataclass(frozen=True)
class Contract:
    """One promise of the platform.

    `id`: `<component>.<what holds>`. `promise`: what holds, in one sentence. `requires`: ids of contracts without
    which this one cannot hold. `mend`: how to make it hold again. `takes`: what the check is called with. `applies`:
    returns why it does not apply to a target, None where it does. `each`: what of a target it is checked on; a
    requirement that is broken elsewhere (at a subject that is no part of it) is in nobody's way. `writes`: its check
    writes to the platform, so that it is not made of a stack that is only read.
    """

    id: str
    stage: Stage
    promise: str
    requires: tuple[str, ...]
    mend: str
    check: Check
    takes: Target = Target.STACK
    applies: Applies = always
    each: Each = the_whole
    writes: bool = False


class Registry:
    """Contracts by id; a graph without cycles."""

    def __init__(self) -> None:
        self._contracts: dict[str, Contract] = {}

    def contract(
        self,
        id: str,
        *,
        stage: Stage,
        promise: str,
        requires: tuple[str, ...] = (),
        mend: str,
        takes: Target = Target.STACK,
        applies: Applies = always,
        each: Each = the_whole,
        writes: bool = False,
    ) -> Callable[[C], C]:
        """Return a decorator that adds the function as the contract's check; raises ValueError for a known id.

        The function is called with its target (a Probe by default) and the contract's parameters, and returns facts
        or raises Breach.
        """

        def add(check: C) -> C:
            if id in self._contracts:
                raise ValueError(f"contract {id} is declared twice")
            self._contracts[id] = Contract(id, stage, promise, requires, mend, check, takes, applies, each, writes)
            return check

        return add

    def __getitem__(self, id: str) -> Contract:
        try:
            return self._contracts[id]
        except KeyError:
            near = difflib.get_close_matches(id, self._contracts, n=1)
            hint = f"did you mean {near[0]}?" if near else None
            raise UsageError(f"there is no contract {id!r}", next_step=hint) from None

    def __iter__(self) -> Iterator[Contract]:
        return iter(self._contracts.values())

    def in_order(self) -> tuple[Contract, ...]:
        """Return all contracts, each after those that it requires: by stage, by how many lie before them, by id.

        Raises ValueError for a requirement that is not declared, that is of a later stage, or that closes a cycle.
        """
        stages = list(Stage)
        for contract in self:
            for needed in contract.requires:
                if needed not in self._contracts:
                    raise ValueError(f"contract {contract.id} requires {needed}, which is not declared")
                if stages.index(self._contracts[needed].stage) > stages.index(contract.stage):
                    raise ValueError(f"contract {contract.id} requires {needed} of a later stage")
        graph = {contract.id: contract.requires for contract in self}
        try:
            order = list(TopologicalSorter(graph).static_order())
        except CycleError as error:
            raise ValueError(f"contracts require each other in a circle: {' -> '.join(error.args[1])}") from None
        depth: dict[str, int] = {}
        for id in order:
            depth[id] = 1 + max((depth[needed] for needed in graph[id]), default=0)
        # By id among equals: in which order modules were imported must not show.
        return tuple(sorted(self, key=lambda c: (stages.index(c.stage), depth[c.id], c.id)))


CONTRACTS = Registry()
contract = CONTRACTS.contract


def all_contracts() -> tuple[Contract, ...]:
    """Return every contract of the harness, in the order in which they can be checked."""
    _load()
    return CONTRACTS.in_order()


def contracts_of(*targets: Target) -> tuple[Contract, ...]:
    """Return the contracts whose checks take one of the targets, in the order in which they can be checked."""
    return tuple(contract for contract in all_contracts() if contract.takes in targets)


def check(probe: Probe, id: str, **params: Any) -> Facts:
    """Check one contract, and return what was found.

    Raises Breach (naming the contract) when it does not hold, EnvironmentFailure when the environment is to blame,
    UsageError for an unknown id. An error that is none of a system's passes as it is: it is the harness's own fault.
    """
    from harness.contracts.blame import blamed
    from harness.contracts.breach import NotEvaluated

    _load()
    found = CONTRACTS[id]
    probe.on_check(id)
    if found.writes and probe.stack.read_only:
        raise NotEvaluated(f"{id} would write", next_step="run it without --read-only")
    with blamed(found, probe.stack):
        return found.check(probe, **params) or {}


def check_each(probe: Probe, id: str) -> None:
    """Check one contract on everything that it is about; raises what `check` raises, several breaches together."""
    from harness.contracts.together import together

    _load()
    together(*(partial(check, probe, id, **case.params) for case in CONTRACTS[id].each(probe)))


def _load() -> None:
    """Import the modules that declare contracts; their decorators fill the registry."""
    from harness.contracts import (  # noqa: F401
        bronze,
        init,
        lineage,
        load,
        preflight,
        running,
        semantic,
        systems_work,
        traces,
        transform,
    )
