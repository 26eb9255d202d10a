"""`harness images`: the images of the platform's parts, as `--images=built` uses them."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from harness.errors import UsageError

if TYPE_CHECKING:
    from docker import DockerClient

    from environments.containers.images import Image

app = typer.Typer(name="images", help="Build the images of the platform's parts.", no_args_is_help=True)
Named = Annotated[list[str] | None, typer.Argument(help="Images; default: all.", metavar="IMAGE")]


@app.command("build")
def build_images(images: Named = None) -> None:
    """Build the images that the engine does not have as they would be built now."""
    from environments.containers.images import build

    chosen = _chosen(images)
    made = {image.name for image in build(_engine(), chosen)}
    for image in chosen:
        print(f"{image.tag} {'built' if image.name in made else 'there'}")


@app.command("list")
def list_images(as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False) -> None:
    """List the images: as published, as built here, and whether the engine has them."""
    from rich.console import Console
    from rich.table import Table

    engine, images = _engine(), _chosen(None)
    found = {image.name: engine.images.list(name=image.tag) for image in images}
    sizes = {name: round(there[0].attrs["Size"] / 1e6) if there else None for name, there in found.items()}
    if as_json:
        rows = [
            {"name": image.name, "official": image.official, "built": image.tag, "megabytes": sizes[image.name]}
            for image in images
        ]
        print(json.dumps(rows, indent=2))
        return
    table = Table("image", "what it is", "official", "built", "size", box=None)
    for image in images:
        size = sizes[image.name]
        table.add_row(
            image.name, image.title, image.official or "", image.tag, "not built" if size is None else f"{size} MB"
        )
    Console(width=None if sys.stdout.isatty() else 180).print(table)


@app.command("load")
def load_images(
    images: Named = None, cluster: Annotated[str, typer.Option(help="The name of a kind cluster.")] = "kind"
) -> None:
    """Load the images into a kind cluster; those that are not built yet are built first."""
    from environments.containers.images import build

    chosen = _chosen(images)
    build(_engine(), chosen)
    command = ["kind", "load", "docker-image", "--name", cluster, *(image.tag for image in chosen)]
    try:
        done = subprocess.run(command, check=False)
    except FileNotFoundError:
        raise UsageError("kind was not found", next_step="put kind on PATH") from None
    if done.returncode:
        raise typer.Exit(3)


@app.command("prune")
def prune_images() -> None:
    """Remove images that were built here from something else than there is now."""
    from environments.containers.images import prune

    removed = prune(_engine(), _chosen(None))
    for tag in removed:
        print(f"removed {tag}")
    if not removed:
        print("nothing to remove")


def _engine() -> DockerClient:
    from harness.systems.engine import connect, find_engine

    return connect(find_engine())


def _chosen(names: list[str] | None) -> list[Image]:
    from environments.containers.images import load_images
    from harness.platform.problem import did_you_mean, one_of

    known = load_images()
    for name in names or ():
        if name not in known:
            raise UsageError(f"no image {name!r}{did_you_mean(name, known)}", expected=one_of(known))
    return [image for name, image in known.items() if name in (names or known)]
