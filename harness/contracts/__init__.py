"""Contracts: one named promise of the platform each, checked by one small function.

A package or module a stage declares them: preflight; running, systems_work and init; bronze, transform, semantic,
traces, lineage. `check` checks one on a Probe; harness.diagnosis evaluates many.
"""

from harness.contracts.breach import Breach, Breaches, NotEvaluated
from harness.contracts.probe import Probe
from harness.contracts.registry import (
    Case,
    Contract,
    Facts,
    Registry,
    Stage,
    Target,
    all_contracts,
    check,
    check_each,
    contract,
)
from harness.contracts.together import Soft, together

__all__ = [
    "Breach",
    "Breaches",
    "Case",
    "Contract",
    "Facts",
    "NotEvaluated",
    "Probe",
    "Registry",
    "Soft",
    "Stage",
    "Target",
    "all_contracts",
    "check",
    "check_each",
    "contract",
    "together",
]
