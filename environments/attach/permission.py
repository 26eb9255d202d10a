"""What a run may do to a platform that runs already: where it is marked production, and who was told so by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.errors import UsageError
from harness.settings import Settings

LABEL = "floe-harness.dev/production"  # of a namespace: "true" marks what runs in it
WRITE_TAGS = ("writes", "pipeline")


def marked(infrastructure: Mapping[str, Any]) -> bool:
    """Return whether platform.yaml marks its platform, by `infrastructure.production: true`."""
    return infrastructure.get("production") is True


def may_write(settings: Settings, name: str, *, production: bool) -> None:
    """Return when a run that writes may be made; raises UsageError for a platform that is marked production.

    A run that only reads may always be made. `name`: of the platform, which `--allow-writes-to` has to name.
    """
    told = settings.allow_writes_to
    if settings.read_only:
        return
    if told is not None and told != name:
        raise UsageError(
            "--allow-writes-to names another platform", expected=name, actual=told, next_step="look where you are"
        )
    if production and told is None:
        raise UsageError(
            f"{name} is marked production, and this run would write",
            expected=f"--read-only, or --allow-writes-to {name}",
            next_step="--read-only runs all that only reads; the jobs of the pipeline write the platform's own tables",
        )
