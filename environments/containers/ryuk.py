"""Whether testcontainers' own cleaner, Ryuk, runs beside the stack's reaper."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docker import DockerClient


def allow_ryuk(engine: DockerClient, *, keep: bool) -> None:
    """Let Ryuk run where its image is there, unless the stack is to outlive this process, with which Ryuk ends it."""
    from testcontainers.core.config import testcontainers_config

    there = bool(engine.images.list(name=testcontainers_config.ryuk_image))
    testcontainers_config.ryuk_disabled = testcontainers_config.ryuk_disabled or keep or not there
