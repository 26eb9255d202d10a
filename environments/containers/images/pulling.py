"""Fetches images that their makers publish."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from environments.local.provision.progress import Shown
from harness.errors import ProvisionError

if TYPE_CHECKING:
    from docker import DockerClient


def pull(engine: DockerClient, names: Iterable[str], shown: Shown | None = None) -> None:
    """Fetch the images that the engine does not have; raises ProvisionError for the first that cannot be had."""
    from docker.errors import DockerException

    missing = [name for name in sorted(names) if not engine.images.list(name=name)]
    if not missing:
        return
    with shown or Shown() as progress:
        for name in missing:
            progress.say(name.split("/")[-1], "fetching", always=True)
            try:
                for event in engine.api.pull(name, stream=True, decode=True):
                    progress.say(name.split("/")[-1], f"{event.get('status', '')} {event.get('progress', '')}")
            except (DockerException, OSError) as error:
                progress.say(name.split("/")[-1], "failed", done=True)
                raise ProvisionError(
                    f"image {name} cannot be fetched",
                    actual=str(getattr(error, "explanation", None) or error),
                    next_step="--images=built makes every image here, from what the package registries have",
                ) from None
            progress.say(name.split("/")[-1], "there", done=True)
