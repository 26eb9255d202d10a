"""The containers of the reference platform, declared from workloads.yaml."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from environments.containers.images import Image, load_images
from environments.containers.plan import ContainerPlan
from environments.local.plan import Plan
from environments.local.ports import USUAL
from environments.local.workloads import cube, dagster, jaeger, marquez, object_store, polaris, postgresql
from environments.ready import Ready
from harness.stack import Kind

_FILE = Path(__file__).parent / "workloads.yaml"
_PLACE = re.compile(r"\$\{(?P<name>[\w.-]+)\}")

# How each proves that it works: the facts that `local` asks too.
READY: Mapping[str, Callable[[Plan], Ready]] = {
    "object-store": object_store.ready,
    "postgresql": postgresql.ready,
    "jaeger": jaeger.ready,
    "polaris": polaris.ready,
    "marquez": marquez.ready,
    "dagster-user-code": dagster.code_ready,
    "dagster-webserver": dagster.webserver_ready,
    "dagster-daemon": dagster.daemon_ready,
    "cube-api": lambda plan: cube.ready(plan, "cube-api"),
    "cube-refresh-worker": lambda plan: cube.ready(plan, "cube-refresh-worker"),
}


@dataclass(frozen=True)
class ContainerSpec:
    """One workload: the image it is made from, what it is told, and how it proves that it works.

    `env`: secrets among it, which stand nowhere else. `ports`: port of the container -> port of 127.0.0.1. `memory`:
    its limit in megabytes. `platform`: whether it is given platform.yaml. `own`: whether its image is built here.
    """

    name: str
    component: str
    kind: Kind
    image: str
    own: bool
    env: Mapping[str, str]
    ports: Mapping[int, int]
    memory: int
    command: tuple[str, ...] = ()
    platform: bool = False
    requires: tuple[str, ...] = ()
    ready: Ready | None = None
    job: bool = False

    @property
    def version(self) -> str:
        """The image that it is made from."""
        return self.image


def declare(plan: ContainerPlan) -> list[ContainerSpec]:
    """Return what is to run."""
    images, outside, values = load_images(), plan.seen_from_outside(), _values(plan)
    return [_spec(row, images[row["image"]], plan, outside, values) for row in _rows()]


def images_of(plan_images: str) -> list[Image]:
    """Return the images that are to be built for a stack with the setting `images`: official or built."""
    images = load_images()
    used = {row["image"] for row in _rows()}
    return [image for image in images.values() if image.name in used and _is_own(image, plan_images)]


def _rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = YAML(typ="safe").load(_FILE)["workloads"]
    return rows


def _is_own(image: Image, images: str) -> bool:
    return images == "built" or image.official is None


def _spec(
    row: Mapping[str, Any], image: Image, plan: ContainerPlan, outside: Plan, values: Mapping[str, str]
) -> ContainerSpec:
    name, own = row["name"], _is_own(image, plan.images)
    env = row.get("env", {}) if own else row.get("official_env", row.get("env", {}))
    ready = READY.get(name)
    return ContainerSpec(
        name=name,
        component=row["component"],
        kind="stand-in" if own and image.standin else "real",
        image=image.reference(plan.images),
        own=own,
        env={key: filled(str(value), values) for key, value in env.items()},
        ports={USUAL[f"{name}.{port}"]: plan.ports[f"{name}.{port}"] for port in row.get("ports", ())},
        memory=row["memory"],
        command=tuple(row.get("command", ())),
        platform=row.get("platform", False),
        requires=tuple(row.get("requires", ())),
        ready=ready(outside) if ready else None,
        job=row.get("job", False),
    )


def _values(plan: ContainerPlan) -> dict[str, str]:
    return {
        **{f"secret.{ref}": value for ref, value in plan.secrets.items()},
        **{f"url.{component}": url for component, url in plan.inside.items()},
        "scale": str(plan.scale),
    }


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return a text with each `${name}` replaced by its value; raises KeyError for a name that has none."""
    return _PLACE.sub(lambda found: values[found["name"]], text)
