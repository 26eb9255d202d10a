"""The table of images: pinned, without root, tagged by what they are made from; nothing here needs an engine."""

import io
import re
import tarfile

import pytest

from environments.containers.images import load_images
from environments.containers.images.context import write_context
from environments.containers.images.table import Image

IMAGES = load_images()
PINNED = re.compile(r"[a-z0-9./-]+:v?[0-9][\w.-]*(@sha256:[0-9a-f]{64})?")


@pytest.fixture
def small(tmp_path, monkeypatch):
    """An image of one Dockerfile and one file; writes the file anew, and reads the table again."""
    (tmp_path / "small").mkdir()
    (tmp_path / "small" / "Dockerfile").write_text("FROM scratch\n")
    monkeypatch.setattr("environments.containers.images.table.FOLDER", tmp_path)

    def image(content="one", **given):
        (tmp_path / "small" / "file").write_text(content)
        return Image(name="small", title="small", version="1", user=10001, **given)

    return image


@pytest.mark.parametrize("image", IMAGES.values(), ids=str)
def test_an_official_image_names_its_version(image):
    assert image.official is None or PINNED.fullmatch(image.official)
    assert image.reference("official") == (image.official or image.tag)
    assert image.reference("built") == image.tag
    assert PINNED.fullmatch(image.tag)


@pytest.mark.parametrize("image", IMAGES.values(), ids=lambda image: image.name)
def test_a_dockerfile_runs_as_the_user_of_the_table_on_ports_that_it_may_open(image):
    written = (image.folder / "Dockerfile").read_text()
    user = re.findall(r"^USER (\d+):(\d+)$", written, re.MULTILINE)[-1]
    assert user == (str(image.user), str(image.user))
    assert image.user != 0
    assert all(port > 1023 for port in image.ports)
    exposed = re.findall(r"^EXPOSE (.+)$", written, re.MULTILINE)
    assert sorted(map(int, " ".join(exposed).split())) == sorted(image.ports)


@pytest.mark.parametrize("image", IMAGES.values(), ids=lambda image: image.name)
def test_python_packages_are_locked_with_their_hashes(image):
    pins = re.split(r"\n(?=[a-z])", image.pins.strip()) if image.pins else []
    assert bool(pins) == bool(image.requirements)
    for pin in pins:
        assert re.match(r"[a-z0-9._-]+(\[[a-z0-9,-]+\])?==\S+", pin)
        assert "--hash=sha256:" in pin


def test_a_context_has_the_code_and_nothing_that_code_makes():
    archive = io.BytesIO()
    write_context(IMAGES["polaris"], archive)
    archive.seek(0)
    with tarfile.open(fileobj=archive) as opened:
        names = opened.getnames()
    assert {"Dockerfile", "requirements.txt", "app/environments/local/standins/polaris/api.py"} <= set(names)
    assert not [name for name in names if "__pycache__" in name or "marquez" in name]


def test_the_same_content_has_the_same_digest_and_other_content_another(small):
    assert small("one").digest == small("one").digest
    assert small("one").digest != small("two").digest


def test_another_base_image_makes_another_image(small):
    given = {"bases": ("PYTHON",)}
    one, other = (small(base_names={"PYTHON": name}, **given) for name in ("python:3.11-slim", "python:3.12-slim"))
    assert one.digest != other.digest
