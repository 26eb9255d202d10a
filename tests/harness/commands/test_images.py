"""`harness images`: what is wrong is told before the engine is asked; without an engine there is one error."""

import os
import subprocess
import sys

import pytest

from harness.errors import EnvironmentFailure


@pytest.fixture
def images(tmp_path):
    """Return a function that runs the command where no engine answers."""

    def run(*arguments):
        environment = {**os.environ, "DOCKER_HOST": "tcp://127.0.0.1:1"}
        command = [sys.executable, "-m", "harness.cli", "images", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)

    return run


def test_an_image_that_is_not_known_is_told_with_the_nearest(images):
    done = images("build", "polari")
    assert done.returncode == 2
    assert "no image 'polari'; did you mean 'polaris'?" in done.stderr


@pytest.mark.parametrize("subcommand", ["build", "list", "load", "prune"])
def test_without_an_engine_there_is_one_error(images, subcommand):
    done = images(subcommand)
    assert done.returncode == EnvironmentFailure.exit_code
    assert "there is no container engine" in done.stderr
    assert "Traceback" not in done.stderr
