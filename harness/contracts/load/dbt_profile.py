"""dbt's profile: DuckDB's secret manager is set up before it is used, and what is attached is the warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.contracts.breach import Breach
from harness.contracts.load.project import Project, has_dbt
from harness.contracts.registry import Facts, Stage, Target, contract
from harness.contracts.together import raise_all
from harness.errors import Location
from harness.platform.problem import did_you_mean
from harness.systems.yaml_lines import listed, mapping, place_of

# What DuckDB refuses to change once a secret was used; `settings` of dbt-duckdb are set with every cursor, after it.
_BEFORE = ("allow_persistent_secrets", "secret_directory")


def _has_outputs(project: Project) -> str | None:
    return has_dbt(project) or (
        None if project.dbt_project and project.dbt_project.outputs else "there is no profiles.yml with an output"
    )


@contract(
    "transform.secret-manager-set-first",
    stage=Stage.LOAD,
    promise="A profile sets DuckDB's secret manager up when it connects, not after secrets are used.",
    requires=("transform.project-readable",),
    mend="move the setting from `settings` to `config_options`",
    takes=Target.CODE,
    applies=_has_outputs,
)
def secret_manager_set_first(project: Project) -> Facts:
    breaches = []
    for place, output in _outputs(project):
        settings = mapping(output.get("settings"))
        for key in _BEFORE:
            if key in settings and _uses_secrets(output):
                breaches.append(
                    Breach(
                        f"the profile sets {key} after secrets are used",
                        expected=f"{key} in config_options",
                        actual=f"{key} in settings, which are set with every cursor",
                        evidence="DuckDB says: Changing Secret Manager settings after the secret manager is used is "
                        "not allowed!",
                        subject=key,
                        location=place_of(place.file, settings, key),
                    )
                )
    raise_all(breaches)
    return {"outputs": sum(1 for _ in _outputs(project))}


def _uses_secrets(output: dict[str, Any]) -> bool:
    own_plugin = any("." in str(mapping(plugin).get("module")) for plugin in listed(output.get("plugins")))
    typed = any(mapping(attached).get("type") for attached in listed(output.get("attach")))
    return bool(listed(output.get("secrets")) or typed or own_plugin)


@contract(
    "transform.profile-attaches-warehouse",
    stage=Stage.LOAD,
    promise="What a profile attaches as an Iceberg catalog is the warehouse of platform.yaml.",
    requires=("transform.project-readable",),
    mend="attach the catalog by the name that platform.yaml gives its warehouse",
    takes=Target.CODE,
    applies=lambda project: _has_outputs(project) or (None if project.platform else "no platform.yaml is given"),
)
def profile_attaches_warehouse(project: Project) -> Facts:
    assert project.platform is not None
    warehouses = [catalog.warehouse for catalog in project.platform.catalogs.values()]
    breaches, named = [], []
    for place, output in _outputs(project):
        for attached in map(mapping, listed(output.get("attach"))):
            path = attached.get("path")
            if str(attached.get("type")).lower() == "iceberg" and isinstance(path, str) and "{" not in path:
                named.append(path)
                if path not in warehouses:
                    breaches.append(
                        Breach(
                            f"the profile attaches {path!r}, which is no warehouse{did_you_mean(path, warehouses)}",
                            expected=" or ".join(warehouses),
                            actual=path,
                            evidence=f"the catalog says: Unable to find warehouse {path}",
                            subject=path,
                            location=place_of(place.file, attached, "path"),
                        )
                    )
    raise_all(breaches)
    return {"attached": named}


def _outputs(project: Project) -> Iterator[tuple[Location, dict[str, Any]]]:
    assert project.dbt_project is not None
    yield from (pair for pair in project.dbt_project.outputs if pair[1].get("type") == "duckdb")
