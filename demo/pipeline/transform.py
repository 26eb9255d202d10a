"""The seven dbt assets, from dbt's manifest: models are assets, their data tests are checks that stop what depends."""

import json
import queue
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets

from demo.pipeline.dbt_manifest import parsed
from demo.settings import Settings


class Translator(DagsterDbtTranslator):
    """Asset keys are the plain table names, so that dbt's sources are the bronze assets."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Return the table's name."""
        return dg.AssetKey(dbt_resource_props["name"])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Return the layer."""
        return "silver" if dbt_resource_props["name"].startswith("stg_") else "gold"


def dbt_models(settings: Settings) -> dg.AssetsDefinition:
    """Return the assets of the dbt project; raises ParseError."""
    manifest = json.loads((parsed(settings) / "manifest.json").read_text())

    @dbt_assets(
        manifest=manifest,
        name="dbt_models",
        dagster_dbt_translator=Translator(),
        required_resource_keys={"settings", "orchestrator"},
    )
    def models(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        from demo.pipeline.dbt_run import Finished, build

        checks = {check.name: check for check in context.selected_asset_check_keys}
        selected = [key.to_user_string() for key in context.selected_asset_keys]
        finished: queue.SimpleQueue[Finished | None] = queue.SimpleQueue()
        failure: list[BaseException] = []

        def work() -> None:
            try:
                build(context.resources.settings, context.resources.orchestrator, manifest, selected, finished.put)
            except Exception as error:
                failure.append(error)
            finally:
                finished.put(None)

        # dbt runs beside this generator, so that each asset is reported when it is there.
        worker = threading.Thread(target=work, name="dbt")
        worker.start()
        while (ended := finished.get()) is not None:
            name = ended.node["name"]
            if check := checks.get(name):
                yield dg.AssetCheckResult(
                    passed=ended.passed, asset_key=check.asset_key, check_name=name, description=ended.message
                )
            elif ended.passed and ended.node["resource_type"] == "model":
                yield dg.MaterializeResult(
                    asset_key=dg.AssetKey(name), metadata={"table": ended.table, "seconds": ended.seconds}
                )
        worker.join()
        if failure:
            raise dg.Failure(str(failure[0])) from failure[0]

    return models
