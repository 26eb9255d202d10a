"""The bill of materials of a sign-off, as CycloneDX: every part that ran, the harness, and its Python packages."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import distributions
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from harness.run.model import Run


def sbom_of(runs: Iterable[Run]) -> str:
    """Return the bill in JSON (CycloneDX 1.6), the same for the same runs and the same packages."""
    runs = tuple(runs)
    version = runs[0].harness_version if runs else None
    root = Component(type=ComponentType.APPLICATION, name="floe-harness", version=version, bom_ref="floe-harness")
    bom = Bom(serial_number=uuid5(NAMESPACE_URL, " ".join(sorted(run.id for run in runs))))
    bom.metadata.component = root
    if runs:
        bom.metadata.timestamp = max(run.ended or run.begun for run in runs)
    parts = {_of_workload(*key).bom_ref.value: _of_workload(*key) for run in runs for key in _workloads(run)}
    packages = {each.bom_ref.value: each for each in map(_of_package, _packages())}
    for each in (*parts.values(), *packages.values()):
        bom.components.add(each)
    bom.register_dependency(root, (*parts.values(), *packages.values()))
    return str(JsonV1Dot6(bom).output_as_string(indent=1)) + "\n"


def _workloads(run: Run) -> Iterable[tuple[str, str, str, str]]:
    return sorted({(w.name, w.version, w.kind, w.image) for w in run.workloads})


def _of_workload(name: str, version: str, kind: str, image: str) -> Component:
    return Component(
        type=ComponentType.CONTAINER if image else ComponentType.APPLICATION,
        name=image or name,
        version=version or None,
        description=f"{name}: {kind}",
        bom_ref=f"workload:{name}@{version}:{kind}:{image}",
    )


def _packages() -> list[tuple[str, str]]:
    return sorted({(each.metadata["Name"].lower(), each.version) for each in distributions() if each.metadata["Name"]})


def _of_package(package: tuple[str, str]) -> Component:
    name, version = package
    purl = PackageURL(type="pypi", name=name.replace("_", "-"), version=version)
    return Component(type=ComponentType.LIBRARY, name=name, version=version, purl=purl, bom_ref=str(purl))
