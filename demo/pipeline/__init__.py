"""The pipeline: Dagster's assets, jobs, schedule and sensor, with dbt inside. Dagster loads `definitions`."""
