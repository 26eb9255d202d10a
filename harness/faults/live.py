"""A running stack, for faults to be injected into; each undoes itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import psutil

from harness.contracts.probe import Probe
from harness.faults.inapplicable import Inapplicable
from harness.platform.problem import did_you_mean, one_of
from harness.stack import Stack, WorkloadState

if TYPE_CHECKING:
    from pyiceberg.catalog.rest import RestCatalog
    from pyiceberg.table import Table

Undo = Callable[[], object]
Change = Callable[[Stack, str, Mapping[str, str | None] | None], Undo]


@dataclass(frozen=True)
class Live:
    """A stack that is up, clients of it, and `change`: ends a workload or starts it with other variables."""

    probe: Probe
    change: Change

    def workload(self, name: str, key: str) -> WorkloadState:
        """Return a workload that is a process; raises Inapplicable, which `key` of the action named."""
        processes = {each.name: each for each in self.probe.stack.workloads if each.pid is not None}
        if name not in processes:
            what = f"there is no process {name!r}{did_you_mean(name, processes)}"
            raise Inapplicable(key, what, expected=one_of(processes))
        return processes[name]

    def processes(self, name: str, key: str) -> list[psutil.Process]:
        """Return the processes of a workload."""
        pid = self.workload(name, key).pid
        assert pid is not None
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]

    @cached_property
    def catalog(self) -> RestCatalog:
        """The catalog, by PyIceberg."""
        return self.probe.catalog.pyiceberg(**self.probe.table_properties())

    def table(self, name: str, key: str) -> Table:
        """Return a table by `<namespace>.<table>`; raises Inapplicable."""
        if not self.catalog.table_exists(name):
            there = [f"{ns}.{t}" for ns in self.probe.namespaces.values() for t in self._names(ns)]
            raise Inapplicable(key, f"there is no table {name!r}{did_you_mean(name, there)}", expected=one_of(there))
        table: Table = self.catalog.load_table(name)
        return table

    def _names(self, namespace: str) -> list[str]:
        return self.probe.catalog.table_names(tuple(namespace.split(".")))
