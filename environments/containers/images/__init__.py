"""The images of the platform's parts: a table, and what builds them from the recipes that `local` uses."""

from environments.containers.images.building import build, is_built, prune, superseded
from environments.containers.images.pulling import pull
from environments.containers.images.table import Image, load_images

__all__ = ["Image", "build", "is_built", "load_images", "prune", "pull", "superseded"]
