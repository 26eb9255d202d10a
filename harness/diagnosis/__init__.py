"""Diagnosis: contracts evaluated upstream first, the root breaches, and how they are told."""

from harness.diagnosis.evaluate import Diagnosis, Outcome, evaluate
from harness.diagnosis.report import as_json, as_text

__all__ = ["Diagnosis", "Outcome", "as_json", "as_text", "evaluate"]
