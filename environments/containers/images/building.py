"""Builds images that are missing, side by side, and removes those that nothing is made from any more."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from environments.containers.images.context import write_context
from environments.containers.images.table import Image
from environments.local.provision.progress import Shown
from harness.errors import ProvisionError

if TYPE_CHECKING:
    from docker import DockerClient

LABEL = "floe-harness.image"  # of every image that is built here; its value is the image's name
_AT_ONCE = 3
_LAST_LINES = 15


def is_built(engine: DockerClient, image: Image) -> bool:
    """Tell whether the engine has the image as it would be built now."""
    return bool(engine.images.list(name=image.tag))


def build(engine: DockerClient, images: Iterable[Image], shown: Shown | None = None) -> list[Image]:
    """Build those that the engine does not have, and return them; raises ProvisionError for the first that fails."""
    missing = [image for image in images if not is_built(engine, image)]
    if not missing:
        return []
    with shown or Shown() as progress, ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="image") as pool:
        futures = [pool.submit(_build, engine, image, progress) for image in missing]
        try:
            for future in futures:
                future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return missing


def _build(engine: DockerClient, image: Image, shown: Shown) -> None:
    begun, last = time.monotonic(), list[str]()
    shown.say(image.name, f"{image.title} {image.version}: begun", always=True)
    labels = {
        LABEL: image.name,
        "org.opencontainers.image.title": f"floe-harness {image.name}",
        "org.opencontainers.image.description": image.title,
        "org.opencontainers.image.version": image.version,
        "org.opencontainers.image.revision": image.digest,
    }
    with tempfile.TemporaryFile() as context:
        write_context(image, context)
        context.seek(0)
        events = engine.api.build(
            fileobj=context,
            custom_context=True,
            tag=image.tag,
            buildargs=image.arguments,
            labels=labels,
            rm=True,
            forcerm=True,
            decode=True,
        )
        for event in events:
            _take(event, image, last, shown)
    shown.say(image.name, f"ready after {time.monotonic() - begun:.0f} s", done=True)


def _take(event: dict[str, Any], image: Image, last: list[str], shown: Shown) -> None:
    """Show what the engine says of a build; raises ProvisionError when it failed."""
    for line in str(event.get("stream", "")).splitlines():
        if line.strip():
            last.append(line.rstrip())
            shown.say(image.name, line)
    if "error" in event:
        shown.say(image.name, "failed", done=True)
        raise ProvisionError(
            f"image {image.name} could not be built",
            expected=f"a build of {image.folder / 'Dockerfile'}",
            actual=str(event["error"]).strip(),
            evidence="\n".join(last[-_LAST_LINES:]),
        )


def superseded(engine: DockerClient, current: Iterable[Image]) -> Sequence[str]:
    """Return the tags of images that were built here from something else than there is now."""
    tags = {image.tag for image in current}
    built = engine.images.list(filters={"label": LABEL})
    return sorted(tag for image in built for tag in image.tags if tag not in tags)


def prune(engine: DockerClient, current: Iterable[Image]) -> Sequence[str]:
    """Remove images that were built here from something else than there is now, and return their tags."""
    from docker.errors import APIError

    removed = []
    for tag in superseded(engine, current):
        try:
            engine.images.remove(tag)
        except APIError as error:
            if error.status_code != 409:  # a container is made from it
                raise
        else:
            removed.append(tag)
    return removed
