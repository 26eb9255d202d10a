"""A change of the platform's code is taken over by the stack that is up; any other change needs a new stack."""

from pathlib import Path

import pytest

from environments.local.reload import CODE
from environments.made_from import code_of, digest_of
from harness.settings import Settings

FILES = [
    *(f"demo/{name}" for name in ("platform.yaml", "expectations.yaml", "lake.py", "README.md", "data/shop.py")),
    *("demo/pipeline/jobs.py", "demo/dbt/models/mart.sql", "demo/cube/model/orders.js", "demo/manifests/cube.yaml"),
    *("environments/local/ports.py", "uv.lock"),
]


@pytest.fixture
def project(tmp_path) -> Path:
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


def digests(project: Path, **changed: object) -> dict[str, str]:
    settings = Settings(platform=project / "demo" / "platform.yaml", **changed)
    return {"the stack": digest_of(settings, CODE, project), **code_of(settings, CODE, project)}


def difference(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {name for name in before if before[name] != after[name]}


@pytest.mark.parametrize(
    ("file", "changes"),
    [
        ("demo/platform.yaml", {"the stack"}),
        ("demo/lake.py", {"the stack"}),
        ("demo/data/shop.py", {"the stack"}),
        ("environments/local/ports.py", {"the stack"}),
        ("uv.lock", {"the stack"}),
        ("demo/pipeline/jobs.py", {"pipeline"}),
        ("demo/dbt/models/mart.sql", {"dbt"}),
        ("demo/cube/model/orders.js", {"cube"}),
        ("demo/expectations.yaml", {"expectations"}),
        ("demo/README.md", set()),
        ("demo/manifests/cube.yaml", set()),
    ],
)
def test_a_changed_file_changes_what_is_made_from_it(project, file, changes):
    before = digests(project)
    (project / file).write_text("something else")
    assert difference(before, digests(project)) == changes


def test_what_tools_leave_behind_changes_nothing(project):
    before = digests(project)
    for name in ("demo/pipeline/__pycache__/jobs.pyc", "demo/dbt/logs/dbt.log", "demo/dbt/target/manifest.json"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("left behind")
    assert difference(before, digests(project)) == set()


def test_another_setting_needs_another_stack_but_for_whether_it_is_kept(project):
    before = digests(project)
    assert difference(before, digests(project, scale=2)) == {"the stack"}
    assert difference(before, digests(project, keep=True)) == set()


def test_without_code_that_can_be_taken_over_any_change_of_it_needs_another_stack(project):
    settings = Settings(platform=project / "demo" / "platform.yaml")
    before = digest_of(settings, {}, project)
    (project / "demo/cube/model/orders.js").write_text("something else")
    assert digest_of(settings, {}, project) != before
    assert set(code_of(settings, {}, project)) == {"expectations"}


def test_every_folder_of_code_is_in_the_project():
    here = Path(__file__).parents[2]
    assert [folder for folder in CODE.values() if not (here / folder).is_dir()] == []
