"""Diagnosis: contracts evaluated upstream first, the root breaches, and how they are told."""

from harness.diagnosis.evaluate import Diagnosis, NotEvaluated, Outcome, evaluate
from harness.diagnosis.report import as_json, as_text, breach_as_json, undecided

__all__ = ["Diagnosis", "NotEvaluated", "Outcome", "as_json", "as_text", "breach_as_json", "evaluate", "undecided"]
