"""An image of a stand-in holds every module that the stand-in imports."""

import subprocess
import sys
from pathlib import Path

import pytest

from environments.containers.images import load_images

PROJECT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", ["polaris", "marquez"])
def test_a_standin_can_be_imported_from_what_its_image_holds(name, tmp_path):
    for target, source in load_images()[name].files.items():
        if target.startswith("app/"):
            place = tmp_path / target.removeprefix("app/")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(PROJECT / source)
    # The checkout itself, which this interpreter knows too, would lend what the image lacks.
    code = f"import sys; sys.path = [{str(tmp_path)!r}, *(p for p in sys.path if p != {str(PROJECT)!r})]"
    code += f"; import environments.local.standins.{name}.__main__ as main; print(main.__file__)"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert str(tmp_path) in done.stdout
