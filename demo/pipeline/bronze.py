"""The four bronze assets: raw rows as they arrived, written whole each time, so that a second run changes nothing."""

import os
from typing import TYPE_CHECKING

import dagster as dg

from demo.data import TABLES

if TYPE_CHECKING:
    import pyarrow as pa

SCALE = "SCALE"  # variable that multiplies the rows, 1 by default


def _bronze(name: str) -> dg.AssetsDefinition:
    @dg.asset(
        name=name,
        group_name="bronze",
        description=f"Rows of {name.removeprefix('raw_')} as they arrived, dirty ones among them.",
        kinds={"iceberg"},
        required_resource_keys={"settings", "lake", "orchestrator"},
    )
    def raw(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        table = context.resources.settings.table("bronze", name)
        with context.resources.orchestrator.asset_run(name, outputs=[table], attributes={"lake.layer": "bronze"}):
            rows = _rows(name)
            written = context.resources.lake.overwrite(table, rows)
        return dg.MaterializeResult(
            metadata={"table": table, "location": written.location(), "dagster/row_count": rows.num_rows}
        )

    return raw


def _rows(name: str) -> "pa.Table":
    import pyarrow as pa

    from demo.data import generate

    return pa.Table.from_pylist(generate(name, scale=int(os.environ.get(SCALE, "1"))))


ASSETS = [_bronze(name) for name in TABLES]
