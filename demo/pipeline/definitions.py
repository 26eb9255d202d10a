"""What Dagster loads: 11 assets, 3 jobs, 1 schedule, 1 sensor."""

from __future__ import annotations

import dagster as dg

from demo.pipeline.bronze import ASSETS
from demo.pipeline.jobs import demo_pipeline, maintenance, seed_bronze
from demo.pipeline.resources import RESOURCES
from demo.pipeline.schedules import demo_pipeline_schedule, trigger_file_sensor
from demo.pipeline.transform import dbt_models
from demo.settings import read

definitions = dg.Definitions(
    assets=[*ASSETS, dbt_models(read())],
    jobs=[seed_bronze, demo_pipeline, maintenance],
    schedules=[demo_pipeline_schedule],
    sensors=[trigger_file_sensor],
    resources=RESOURCES,
)
