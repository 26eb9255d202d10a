"""The environment `kind`: what environments.environment.Environment says, in a cluster of kind."""

from environments.kind.again import changed, rerun
from environments.kind.planned import planned
from environments.kind.running import start

__all__ = ["changed", "planned", "rerun", "start"]
