"""What kind would run: the charts as Helm renders them, with no cluster asked."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from environments.kind.plan import PLATFORM, KindPlan
from environments.kind.releases import render
from environments.kind.secrets import SECRETS
from environments.kind.tools import check_tools
from environments.kind.workloads import RELEASES
from environments.local.ports import USUAL
from harness import platform
from harness.settings import Settings
from harness.workloads import ConfigObject, Deployment, Objects
from harness.workloads.manifests import read_manifests


def planned(settings: Settings, folder: Path) -> Deployment:
    """Return the workloads of the rendered charts, and platform.yaml as they are given it.

    A platform.yaml that makes no platform has no workloads either. Raises EnvironmentFailure without helm, or with
    Helm's words where a chart cannot be rendered.
    """
    given = platform.read_platform(settings.platform)
    if given.platform is None:
        return Deployment(Objects(), given, complete=True)
    check_tools(["helm"])
    shutil.copyfile(settings.platform, folder / PLATFORM)
    plan = KindPlan(folder, settings.cluster, settings.images, USUAL, settings.scale, settings.skip_schema_validation)
    rendered = folder / "rendered"
    rendered.mkdir()
    for release in RELEASES:
        (rendered / f"{release.name}.yaml").write_text(render(plan, release))
    objects = read_manifests(rendered)
    secrets = tuple(ConfigObject("Secret", name, keys=frozenset(keys)) for name, keys in SECRETS.items())
    return Deployment(replace(objects, configs=(*objects.configs, *secrets)), given, complete=True)
