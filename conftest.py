"""Loads the harness's pytest plugin; what it does lies in fixtures/, the steps in step_defs/."""

pytest_plugins = ["fixtures"]
