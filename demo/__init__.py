"""The reference platform: catalog init, Dagster code, dbt project, Cube model and their data."""
