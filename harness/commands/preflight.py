"""`harness preflight`: what configuration and manifests prove wrong, with nothing running."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from harness.workloads import Deployment, Objects


def preflight(
    platform: Annotated[Path, typer.Option(help="The platform.yaml that the workloads are to be.", show_default=False)],
    manifests: Annotated[
        Path | None, typer.Option(help="Rendered manifests: a file, a folder, or - for standard input.")
    ] = None,
    values: Annotated[list[Path] | None, typer.Option(help="Values that the charts were rendered with.")] = None,
    context: Annotated[str | None, typer.Option(help="A kubeconfig context, in place of --manifests.")] = None,
    namespace: Annotated[str | None, typer.Option(help="The namespace to read in that cluster.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Check workloads against platform.yaml, with nothing running; exit 0 all hold, 1 a breach, 2 unreadable.

    Example: helm template charts/floe-cube | harness preflight --platform platform.yaml --manifests -
    """
    from harness.contracts.registry import Target, contracts_of
    from harness.diagnosis import as_json as for_machines
    from harness.diagnosis import as_text, evaluate

    deployment = _deployment(platform, manifests, values or [], context, namespace)
    targets = {Target.PLATFORM: deployment.reading, Target.DEPLOYMENT: deployment}
    diagnosis = evaluate(contracts_of(*targets), targets)
    print(
        json.dumps(for_machines(diagnosis), indent=2, ensure_ascii=False)
        if as_json
        else f"{as_text(diagnosis)} over {len(deployment.workloads)} workloads"
    )
    if deployment.reading.errors and deployment.reading.errors.unreadable:
        raise typer.Exit(2)
    if diagnosis.roots:
        raise typer.Exit(1)


def _deployment(
    platform: Path, manifests: Path | None, values: list[Path], context: str | None, namespace: str | None
) -> Deployment:
    from harness.platform import read_platform
    from harness.workloads import Deployment

    objects, complete = _objects(manifests, context, namespace)
    read = tuple(content for file in values for content in _values(file))
    return Deployment(objects, read_platform(platform), read, complete)


def _objects(manifests: Path | None, context: str | None, namespace: str | None) -> tuple[Objects, bool]:
    from harness.errors import UsageError

    in_cluster = context is not None or namespace is not None
    if (manifests is None) is not in_cluster:
        raise UsageError(
            "name one source of workloads",
            expected="--manifests DIR|FILE|-, or --context CONTEXT --namespace NAMESPACE",
            actual="both" if in_cluster else "none",
        )
    if manifests is not None:
        from harness.workloads.manifests import read_manifests

        return read_manifests(manifests), False
    if namespace is None:
        raise UsageError("a cluster is read by namespace", next_step="--namespace NAMESPACE")
    from harness.workloads.cluster import read_cluster

    return read_cluster(context, namespace), True


def _values(file: Path) -> list[Mapping[str, Any]]:
    from harness.workloads.documents import read_documents
    from harness.workloads.manifests import read_text

    return [each.content for each in read_documents(read_text(file), file)]
