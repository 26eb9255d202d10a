"""What the maintenance job does with the lake's tables."""

from datetime import UTC, datetime, timedelta

import dagster as dg


@dg.op(required_resource_keys={"settings", "lake"})
def expire_snapshots(context: dg.OpExecutionContext) -> None:
    """Forget snapshots that are older than their layer keeps them; the current one always stays."""
    catalog = context.resources.lake.catalog
    for layer in context.resources.settings.layers.values():
        oldest = datetime.now(UTC) - timedelta(days=layer.retention_days)
        for identifier in catalog.list_tables(layer.namespace):
            table = catalog.load_table(identifier)
            old = [snapshot for snapshot in table.snapshots() if snapshot.timestamp_ms < oldest.timestamp() * 1000]
            if old:
                table.maintenance.expire_snapshots().older_than(oldest).commit()
            context.log.info(f"{'.'.join(identifier)}: {len(old)} of {len(table.snapshots())} snapshots were old")
