"""A browser, and a run with a fault beside the same run without it, each with everything that is made of it."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from environments.local.provision.recipe import load_recipes
from environments.local.provision.store import state_of

PROJECT = Path(__file__).parents[2]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DRIVER = shutil.which("chromedriver")
ALLURE = state_of(load_recipes()["allure"]) == "there"
# They need a browser, which no package index has, and Allure's program; what the pages are made of is tested without.
IN_A_BROWSER = ["viewer/test_in_a_browser.py", "test_one_root_in_a_browser.py", "test_one_root_in_allure.py"]
collect_ignore = IN_A_BROWSER if not (CHROMIUM and DRIVER) else [] if ALLURE else IN_A_BROWSER[2:]

FAULT = "cron-with-four-fields"  # of the platform's code: needs nothing running
POLICY = "stages: [preflight, load]\nenvironments: [local]\nclean_tree: false\n"


def pytest_terminal_summary(terminalreporter) -> None:
    """Say what was not tried."""
    if not (CHROMIUM and DRIVER):
        terminalreporter.write_line("no chromium and chromedriver on PATH: no page was tried in a browser")
    if not ALLURE:
        terminalreporter.write_line("no Allure (harness setup allure): its page was not tried in a browser")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    folder = tmp_path_factory.mktemp("chromium")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's own does not work for root
    for argument in ("--headless=new", "--window-size=1400,1400", f"--user-data-dir={folder}", *sandbox):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, service=Service(DRIVER))
    yield driver
    driver.quit()


@dataclass(frozen=True)
class Left:
    """What a run of preflight and load has left in a folder, and how its sign-off ended."""

    folder: Path
    out: str
    exit_status: int
    signoff: subprocess.CompletedProcess[str]

    @property
    def results(self) -> Path:
        return self.folder / ".harness" / "results"

    @property
    def pages(self) -> list[Path]:
        return sorted((self.results / "failures").glob("*.html"))

    def harness(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return _run(self.folder, "harness.cli", *arguments)


def _run(folder: Path, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(PROJECT), "TMPDIR": str(folder)}
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=300, check=False)


def _left(folder: Path, *options: str) -> Left:
    features = [str(PROJECT / "features" / f"{stage}.feature") for stage in ("preflight", "load")]
    placed = [f"--rootdir={PROJECT}", f"--confcutdir={PROJECT}", "--platform", str(PROJECT / "demo" / "platform.yaml")]
    written = ["--alluredir", ".harness/results/allure", "-q", "-p", "no:cacheprovider"]
    done = _run(folder, "pytest", *features, *placed, *written, *options)
    (folder / "signoff.yaml").write_text(POLICY)
    return Left(folder, done.stdout + done.stderr, done.returncode, _run(folder, "harness.cli", "signoff", ".harness"))


@pytest.fixture(scope="session")
def with_fault(tmp_path_factory) -> Left:
    return _left(tmp_path_factory.mktemp("with-fault"), "--fault", FAULT)


@pytest.fixture(scope="session")
def without_fault(tmp_path_factory) -> Left:
    return _left(tmp_path_factory.mktemp("without-fault"))
