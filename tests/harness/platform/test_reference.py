"""docs/platform-yaml.md is what the model says."""

from pathlib import Path

from harness.platform.reference import reference

ROOT = Path(__file__).parents[3]


def test_the_reference_is_current():
    written = (ROOT / "docs" / "platform-yaml.md").read_text()
    assert written == reference(), "python -m harness.platform.reference > docs/platform-yaml.md"


def test_the_reference_has_every_key_of_the_demo_that_the_model_knows():
    for key in (
        "version",
        "storage.<name>.credentials.mode",
        "observability.lineage_endpoint",
        "layers.<name>.namespace",
    ):
        assert f"| `{key}` |" in reference()
