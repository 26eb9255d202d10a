"""Allure's report, served on this machine, shows the root in a real browser; without the fault it shows none."""

from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from fixtures.feature_files import scenario_names

FEATURES = Path(__file__).parents[2] / "features"
ROOT, SUBJECT = "orchestrator.cron-valid", "demo_pipeline_schedule"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *told) -> None:
        pass


@contextmanager
def report_of(left):
    """Make the report and yield the address that it is served at; its scripts are not loaded from file://."""
    done = left.harness("report")
    assert done.returncode == 0, done.stdout + done.stderr
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=left.folder / ".harness" / "report"))
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def waited_for(browser, text: str) -> str:
    def there(browser):
        body = browser.find_element(By.TAG_NAME, "body").text
        return body if text in body else False

    return WebDriverWait(browser, 30).until(there, f"{text!r} is not shown")


def failed_result(left) -> str:
    import json

    results = [json.loads(file.read_text()) for file in (left.results / "allure").glob("*-result.json")]
    return next(result["name"] for result in results if result["status"] != "passed")


def test_the_failed_scenario_s_page_shows_the_root(browser, with_fault):
    name = failed_result(with_fault)
    with report_of(with_fault) as address:
        browser.get(address)
        waited_for(browser, name)
        browser.find_element(By.XPATH, f"//*[text()='{name}']").click()
        text = waited_for(browser, ROOT)
        assert f"{ROOT} broken at stage load: {SUBJECT}: " in text


def test_without_the_fault_nothing_is_broken(browser, without_fault):
    with report_of(without_fault) as address:
        browser.get(address)
        scenarios = [name for stage in ("preflight", "load") for name in scenario_names(FEATURES / f"{stage}.feature")]
        assert "broken at stage" not in waited_for(browser, str(len(scenarios)))
