"""The three jobs. Steps run in the run's own process: a process a step would cost more than the steps."""

from __future__ import annotations

import dagster as dg

from demo.data import TABLES
from demo.pipeline.housekeeping import expire_snapshots

seed_bronze = dg.define_asset_job(
    "seed_bronze",
    selection=dg.AssetSelection.assets(*TABLES),
    executor_def=dg.in_process_executor,
    description="Writes the four bronze tables.",
)

demo_pipeline = dg.define_asset_job(
    "demo_pipeline",
    selection=dg.AssetSelection.all(),
    executor_def=dg.in_process_executor,
    description="Writes all eleven tables, bronze to gold, and checks them.",
)


@dg.job(executor_def=dg.in_process_executor)
def maintenance() -> None:
    """Housekeeping of the lake's tables."""
    expire_snapshots()
