"""What is known of how a platform that runs already is deployed, for preflight."""

from __future__ import annotations

import shutil
from pathlib import Path

from harness.platform import read_platform
from harness.settings import Settings
from harness.workloads import Deployment, Objects


def planned(settings: Settings, folder: Path) -> Deployment:
    """Return what there is to see of the platform's workloads: nothing of one that is known by its endpoints."""
    reading = read_platform(settings.platform)
    if reading.platform is not None:
        shutil.copyfile(settings.platform, folder / "platform.yaml")
    if settings.endpoints is not None or reading.platform is None:
        return Deployment(Objects(), reading)
    from environments.attach.cluster import enter
    from environments.attach.in_cluster import deployed

    return deployed(enter(settings.context, settings.namespace), settings)
