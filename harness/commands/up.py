"""`harness up`: stand the platform up and leave it up."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def up(
    env: Annotated[str | None, typer.Option(help="local, containers, kind or attach.")] = None,
    platform: Annotated[Path | None, typer.Option(help="platform.yaml.")] = None,
    object_store: Annotated[str | None, typer.Option(help="seaweedfs or localstack.")] = None,
    images: Annotated[str | None, typer.Option(help="official, or built here.")] = None,
    cluster: Annotated[str | None, typer.Option(help="The cluster of kind, made when it is not there.")] = None,
    skip_schema_validation: Annotated[
        bool | None, typer.Option("--skip-schema-validation", help="kind: without Helm's own validation.")
    ] = None,
    polaris_url: Annotated[str | None, typer.Option(help="A Polaris in place of the stand-in.")] = None,
    marquez_url: Annotated[str | None, typer.Option(help="A Marquez in place of the stand-in.")] = None,
    fixed_ports: Annotated[bool | None, typer.Option(help="The ports of platform.yaml, not free ones.")] = None,
    scale: Annotated[int | None, typer.Option(help="Multiplies the demo's rows.")] = None,
    endpoints: Annotated[Path | None, typer.Option(help="Of attach: where the platform is reached.")] = None,
    context: Annotated[str | None, typer.Option(help="Of attach: the kubeconfig's context.")] = None,
    namespace: Annotated[str | None, typer.Option(help="Of attach: the platform's namespace.")] = None,
    read_only: Annotated[bool | None, typer.Option("--read-only", help="Nothing is written.")] = None,
    allow_writes_to: Annotated[str | None, typer.Option(help="A platform marked production, by its name.")] = None,
) -> None:
    """Stand the platform up and leave it up; a stack that is up and the same is used again."""
    import environments
    from harness.commands.status import print_stack
    from harness.settings import load_settings

    given = {
        "environment": env,
        "platform": platform,
        "object_store": object_store,
        "images": images,
        "cluster": cluster,
        "skip_schema_validation": skip_schema_validation,
        "polaris_url": polaris_url,
        "marquez_url": marquez_url,
        "fixed_ports": fixed_ports,
        "scale": scale,
        "endpoints": endpoints,
        "context": context,
        "namespace": namespace,
        "read_only": read_only,
        "allow_writes_to": allow_writes_to,
        "keep": True,
    }
    with environments.running(load_settings(Path.cwd(), given)) as stack:
        print_stack(stack)
