"""Contracts: one named promise of the platform each, checked by one small function.

A module a stage declares them: systems_work and init, bronze, transform, semantic, traces, lineage. `check` checks one
on a Probe.
"""

from harness.contracts.breach import Breach, Breaches
from harness.contracts.probe import Probe
from harness.contracts.registry import Contract, Facts, Registry, Stage, all_contracts, check, contract
from harness.contracts.together import Soft, together

__all__ = [
    "Breach",
    "Breaches",
    "Contract",
    "Facts",
    "Probe",
    "Registry",
    "Soft",
    "Stage",
    "all_contracts",
    "check",
    "contract",
    "together",
]
