"""`.github/workflows/nightly.yml`, made from the matrix."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from harness.matrix.matrix import Matrix, jobs_of


def workflow_of(matrix: Matrix) -> str:
    """Return the text of the workflow; the values of a matrix are of a form that means nothing to YAML or a shell."""
    environment = Environment(  # noqa: S701 - this is YAML, and GitHub's own `{{` stays as it is
        loader=PackageLoader("harness.matrix", "templates"),
        undefined=StrictUndefined,
        variable_start_string="[[",
        variable_end_string="]]",
        block_start_string="[%",
        block_end_string="%]",
        comment_start_string="[#",
        comment_end_string="#]",
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    prepared = environment.get_template("prepared.yml.j2").render(matrix=matrix).rstrip("\n")
    return environment.get_template("nightly.yml.j2").render(matrix=matrix, jobs=jobs_of(matrix), prepared=prepared)
