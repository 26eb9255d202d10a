"""One run of scenarios as it is kept: the results folder, which sign-off, comparison and the matrix read."""

from harness.run.folder import Results, ResultsError, begin, complete, find_results, read_results
from harness.run.model import Cause, Git, Machine, Root, Run, Scenario, Workload

__all__ = [
    "Cause",
    "Git",
    "Machine",
    "Results",
    "ResultsError",
    "Root",
    "Run",
    "Scenario",
    "Workload",
    "begin",
    "complete",
    "find_results",
    "read_results",
]
