"""What the maintenance job does with the lake's tables."""

from datetime import UTC, datetime, timedelta

import dagster as dg

KEEP = dg.Field(int, is_required=False, description="days for which snapshots stay; each layer's retention_days")


@dg.op(required_resource_keys={"settings", "lake"}, config_schema={"keep_days": KEEP})
def expire_snapshots(context: dg.OpExecutionContext) -> None:
    """Forget snapshots that are older than their layer keeps them; the current one always stays."""
    catalog = context.resources.lake.catalog
    for layer in context.resources.settings.layers.values():
        days = context.op_config.get("keep_days", layer.retention_days)
        oldest = datetime.now(UTC) - timedelta(days=days)
        for identifier in catalog.list_tables(layer.namespace):
            table = catalog.load_table(identifier)
            before = len(table.snapshots())
            if any(snapshot.timestamp_ms < oldest.timestamp() * 1000 for snapshot in table.snapshots()):
                table.maintenance.expire_snapshots().older_than(oldest).commit()
            context.log.info(
                f"{'.'.join(identifier)}: {before - len(table.snapshots())} of {before} snapshots forgotten"
            )
