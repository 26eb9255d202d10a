"""The environment `local`: what environments.environment.Environment says, as processes of this machine."""

from environments.local.again import changed
from environments.local.planned import planned
from environments.local.reload import CODE, take_over
from environments.local.running import rerun, start

__all__ = ["CODE", "changed", "planned", "rerun", "start", "take_over"]
