"""What starts a run by itself: a schedule and a trigger file, both stopped until somebody starts them."""

from __future__ import annotations

import os
from pathlib import Path

import dagster as dg

from demo.pipeline.jobs import demo_pipeline

TRIGGER = "DEMO_TRIGGER_FILE"  # variable; $DAGSTER_HOME/trigger by default

demo_pipeline_schedule = dg.ScheduleDefinition(
    name="demo_pipeline_schedule", job=demo_pipeline, cron_schedule="*/5 * * * *"
)


@dg.sensor(job=demo_pipeline, minimum_interval_seconds=10)
def trigger_file_sensor() -> dg.RunRequest | dg.SkipReason:
    """Run the pipeline once for each time that the trigger file is written."""
    file = Path(os.environ.get(TRIGGER) or Path(os.environ.get("DAGSTER_HOME", "."), "trigger"))
    try:
        written = file.stat().st_mtime_ns
    except FileNotFoundError:
        return dg.SkipReason(f"{file.name} is not there")
    return dg.RunRequest(run_key=f"{file.name}-{written}")
