"""What of a running platform the contracts are checked on: layers and tables, each with its name in reports.

A table is `<namespace>/<table>`: what is broken for a namespace is in the way of the tables in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from harness.contracts.probe import Probe
from harness.contracts.registry import Case
from harness.expectations import Table

Tables = Callable[[Probe], Iterable[str]]


def table_subject(probe: Probe, table: str) -> str:
    """Return a declared table's name in reports."""
    return f"{probe.namespaces[probe.expectations.table(table).layer]}/{table}"


def raw(probe: Probe) -> dict[str, Table]:
    """Return the tables without inputs."""
    return probe.expectations.raw


def derived(probe: Probe) -> dict[str, Table]:
    """Return the tables that are made from others, each after those that it is made from."""
    there, left = {*raw(probe)}, dict(probe.expectations.derived)
    ordered: dict[str, Table] = {}
    while left:
        ready = [name for name, table in left.items() if there.issuperset(table.inputs)]
        for name in ready or list(left):  # a circle is for another to tell
            ordered[name] = left.pop(name)
            there.add(name)
    return ordered


def each_layer(probe: Probe) -> Iterator[Case]:
    """Yield a case a layer, with `layer`."""
    return (Case(namespace, {"layer": layer}) for layer, namespace in probe.namespaces.items())


def each_namespace(probe: Probe) -> Iterator[Case]:
    """Yield a case a layer's namespace, with `namespace`."""
    return (Case(namespace, {"namespace": namespace}) for namespace in probe.namespaces.values())


def layers_of(tables: Tables) -> Callable[[Probe], Iterator[Case]]:
    """Return a function that yields a case a layer that holds one of the tables, with `layer`."""

    def each(probe: Probe) -> Iterator[Case]:
        used = {probe.expectations.table(name).layer for name in tables(probe)}
        return (case for case in each_layer(probe) if case.params["layer"] in used)

    return each


def each_table(tables: Tables) -> Callable[[Probe], Iterator[Case]]:
    """Return a function that yields a case a table, with `table`."""
    return lambda probe: (Case(table_subject(probe, name), {"table": name}) for name in tables(probe))


def inputs_of(probe: Probe, table: str) -> tuple[str, ...]:
    """Return, in the words of reports, all tables that a table is made from, however far away."""
    found: dict[str, None] = {}
    open_ends = [table]
    while open_ends:
        for name in probe.expectations.table(open_ends.pop()).inputs:
            if name not in found:
                found[name] = None
                open_ends.append(name)
    return tuple(table_subject(probe, name) for name in found)
