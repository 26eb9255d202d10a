"""Gherkin steps, one module a stage; thin: they call contracts and systems."""

pytest_plugins = (
    "step_defs.common",
    "step_defs.preflight",
    "step_defs.load",
    "step_defs.init_warehouse",
    "step_defs.write_bronze",
    "step_defs.run_dbt",
    "step_defs.query_cube",
    "step_defs.find_traces",
    "step_defs.find_lineage",
)
