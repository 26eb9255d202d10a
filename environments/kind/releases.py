"""The charts as Helm renders and installs them."""

from __future__ import annotations

from environments.containers.images import load_images
from environments.kind.plan import KindPlan
from environments.kind.tools import run
from environments.kind.workloads import Release

_TIMEOUT = "5m"


def values(plan: KindPlan, release: Release) -> list[str]:
    """Return Helm's arguments that say what a release is made from."""
    images = load_images()
    chosen = {path: images[name].reference(plan.images) for path, name in release.images.items()}
    local = ["--values", str(release.folder / "values-local.yaml")] if plan.images == "built" else []
    return [
        str(release.folder),
        *local,
        "--set-file",
        f"platform={plan.platform_file}",
        *(["--set", f"scale={plan.scale}"] if release.chart == "floe-dagster" else []),
        *(argument for path, image in chosen.items() for argument in ("--set", f"{path}={image}")),
        *(["--skip-schema-validation"] if plan.skip_schema_validation else []),
    ]


def install_command(plan: KindPlan, release: Release) -> list[str]:
    """Return the command that installs a release and waits until its pods are ready and its hooks have run."""
    return plan.helm("install", release.name, *values(plan, release), "--wait", "--timeout", _TIMEOUT)


def render(plan: KindPlan, release: Release) -> str:
    """Return a release's manifests, with no cluster asked; raises EnvironmentFailure with Helm's own words."""
    return run(["helm", "template", release.name, "--namespace", plan.namespace, *values(plan, release)])
