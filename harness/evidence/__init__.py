"""What is recorded while a scenario runs, and shown when it fails."""

from harness.evidence.collector import Evidence
from harness.evidence.exchanges import Exchange, HttpRecorder
from harness.evidence.logs import log_window
from harness.evidence.masking import mask

__all__ = ["Evidence", "Exchange", "HttpRecorder", "log_window", "mask"]
