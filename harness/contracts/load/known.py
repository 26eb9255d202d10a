"""Every asset that a code location has, those of its dbt project among them, where that can be told."""

from __future__ import annotations

from harness.contracts.load.project import Project
from harness.systems.dagster_code import Definition, key_of
from harness.systems.python_code import Instance


def known_assets(project: Project) -> frozenset[str] | None:
    """Return the keys of all assets of the code location; None where there may be more than can be told."""
    loaded = project.loaded
    if loaded is None or loaded.assets_open:
        return None
    keys = {asset.key for asset in loaded.assets if asset.key is not None}
    for definition in loaded.dbt:
        of_dbt = _dbt_keys(project, definition)
        if of_dbt is None:
            return None
        keys |= of_dbt
    return frozenset(keys)


def _dbt_keys(project: Project, definition: Definition) -> set[str] | None:
    """Return the keys that a translator of the code's own gives the models; None where that cannot be told."""
    translator = definition.options.argument("dagster_dbt_translator")
    method = translator.of.method("get_asset_key") if isinstance(translator, Instance) else None
    if method is None or translator.of.method("get_asset_spec") or project.dbt_project is None:
        return None
    keys: set[str] = set()
    for name, kind in project.dbt_project.resources():
        said = {"name": name, "resource_type": kind}
        key = key_of(project.code.executor.run(method, [translator, said], {}, whole=True))
        if key is None:
            return None
        keys.add(key)
    return keys
