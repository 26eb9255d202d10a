"""The page in a real browser: it shows the root first, finds and filters, obeys keys, and nothing acts in it."""

import json
import time

import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from harness.evidence.record import LogLine, LogRecord
from reports.viewer import page


@pytest.fixture
def opened(browser, tmp_path):
    def open_page(record):
        file = tmp_path / "page.html"
        file.write_text(page(record), encoding="utf-8")
        browser.get(file.as_uri())
        return browser

    return open_page


def rows(browser) -> list[str]:
    return [row.text for row in browser.find_elements(By.CSS_SELECTOR, "#events .row")]


def press(browser, *keys: str) -> None:
    ActionChains(browser).send_keys(*keys).perform()


def errors(browser) -> list[dict]:
    return [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]


def test_the_root_stands_on_top(opened, record):
    browser = opened(record)
    assert browser.title == "failed: Tables are there"
    root = browser.find_element(By.CSS_SELECTOR, ".root")
    assert "catalog.namespace-located broken at stage init" in root.text
    assert "run the init job again" in root.text
    timeline = browser.find_element(By.ID, "timeline")
    assert root.location["y"] < timeline.location["y"]
    assert "123456 bytes" in browser.find_element(By.ID, "notes").text
    assert errors(browser) == []


def test_everything_of_the_time_has_a_lane(opened, record):
    browser = opened(record)
    lanes = [lane.text for lane in browser.find_elements(By.CSS_SELECTOR, ".lane > .name")][1:]
    assert lanes == ["step", "HTTP", "span", "lineage", "orchestrator", "readiness", "fault", "log polaris"]


def test_marks_lie_where_their_times_are(opened, record):
    browser = opened(record)
    track = browser.find_element(By.CSS_SELECTOR, ".lane:nth-child(3) .track").rect
    mark = browser.find_element(By.CSS_SELECTOR, ".mark.http").rect
    assert (mark["x"] - track["x"]) / track["width"] == pytest.approx(0.3, abs=0.01)
    assert mark["width"] / track["width"] == pytest.approx(0.06, abs=0.01)


def test_search_and_filter_narrow_what_is_listed(opened, record):
    browser = opened(record)
    total = len(rows(browser))
    press(browser, "/", "NoSuchNamespace")
    assert len(rows(browser)) == 1
    press(browser, Keys.ESCAPE)
    assert len(rows(browser)) == total
    press(browser, "p")
    assert 0 < len(rows(browser)) < total
    press(browser, Keys.ESCAPE, "8")
    assert not any(" log " in f" {row} " for row in rows(browser))


def test_an_exchange_opens_by_key_with_the_command_that_repeats_it(opened, record):
    browser = opened(record)
    press(browser, "/", "http get", Keys.ENTER)
    press(browser, "j", Keys.ENTER)
    assert "curl -i -X GET" in browser.find_element(By.CSS_SELECTOR, ".details").text
    press(browser, Keys.ENTER)
    assert browser.find_elements(By.CSS_SELECTOR, ".details") == []


def test_the_graph_shows_held_broken_and_not_judged(opened, record):
    browser = opened(record)
    shown = {
        box.get_attribute("data-contract"): box.get_attribute("class")
        for box in browser.find_elements(By.CSS_SELECTOR, "[data-contract]")
    }
    assert shown == {"catalog.running": "held", "catalog.namespace-located": "broken"}
    press(browser, "a")
    assert browser.find_element(By.CSS_SELECTOR, "[data-contract='semantic.answers']").get_attribute("class") == (
        "not judged"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_in_light_and_in_dark(opened, record, scheme):
    browser = opened(record)
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    ground, ink = browser.execute_script(
        "const s = getComputedStyle(document.body); return [s.backgroundColor, s.color].map((c) => "
        "c.match(/\\d+/g).slice(0, 3).reduce((a, b) => a + Number(b), 0))"
    )
    assert (ground > ink) == (scheme == "light")
    assert abs(ground - ink) > 400


def test_hostile_text_stays_text(opened, record):
    text = "</script><script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"
    record.scenario = record.told = text
    record.logs.append(LogRecord(workload=text, lines=[LogLine(at=None, text=text)]))
    record.contracts[0].id = text
    record.contracts[1].requires = [text]
    browser = opened(record)
    assert browser.title == f"failed: {text}"
    assert browser.find_elements(By.TAG_NAME, "img") == []
    assert any("onerror" in row for row in rows(browser))


def test_a_long_record_opens_and_shows_more_on_demand(opened, record):
    lines = [LogLine(at=record.begun + n / 6000, text=f"line {n} of a long log") for n in range(6000)]
    record.logs = [LogRecord(workload="polaris", lines=lines)]
    browser = opened(record)
    assert len(rows(browser)) == 1000
    browser.find_element(By.ID, "more").click()
    assert len(rows(browser)) == 2000
    timing = browser.execute_script("return performance.getEntriesByType('navigation')[0].toJSON()")
    print(json.dumps({"opened in ms": timing["duration"], "at": time.time()}))
