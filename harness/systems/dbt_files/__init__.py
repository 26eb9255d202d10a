"""A dbt project as its files say it, without dbt."""

from harness.systems.dbt_files.project import Column, DbtProject, Model, Source, read_dbt
from harness.systems.dbt_files.templates import Template

__all__ = ["Column", "DbtProject", "Model", "Source", "Template", "read_dbt"]
