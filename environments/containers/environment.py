"""The environment `containers`: what environments.environment.Environment says, on a container engine."""

from environments.containers.again import changed, rerun
from environments.containers.planned import planned
from environments.containers.running import start

__all__ = ["changed", "planned", "rerun", "start"]
