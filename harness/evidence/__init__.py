"""What is recorded while a scenario runs, and shown when it fails."""

from harness.evidence.exchanges import Exchange, HttpRecorder
from harness.evidence.masking import mask

__all__ = ["Exchange", "HttpRecorder", "mask"]
