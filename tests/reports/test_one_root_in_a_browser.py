"""The failure page and the sign-off's page show the same root, and the fault, in a real browser."""

from selenium.webdriver.common.by import By

ROOT, SUBJECT, FAULT = "orchestrator.cron-valid", "demo_pipeline_schedule", "cron-with-four-fields"


def shown(browser, file) -> str:
    browser.get(file.as_uri())
    return browser.find_element(By.TAG_NAME, "body").text


def test_the_failure_page_shows_the_root_on_top_and_the_fault_in_its_lane(browser, with_fault):
    shown(browser, with_fault.pages[0])
    (root,) = browser.find_elements(By.CSS_SELECTOR, ".root")
    assert f"{ROOT} broken at stage load" in root.text
    assert SUBJECT in root.text
    lanes = [lane.text for lane in browser.find_elements(By.CSS_SELECTOR, ".lane > .name")]
    assert "fault" in lanes
    rows = [row.text for row in browser.find_elements(By.CSS_SELECTOR, "#events .row")]
    assert [row for row in rows if f"injected: {FAULT}" in row]


def test_the_sign_off_s_page_refuses_for_both(browser, with_fault):
    text = shown(browser, with_fault.folder / ".harness" / "signoff" / "signoff.html")
    assert browser.find_element(By.TAG_NAME, "h1").text == "Not signed off"
    assert f"root cause {ROOT} ({SUBJECT}) broken at stage load" in text
    assert f"the fault {FAULT} was injected" in text


def test_without_the_fault_the_page_signs_off(browser, without_fault):
    text = shown(browser, without_fault.folder / ".harness" / "signoff" / "signoff.html")
    assert browser.find_element(By.TAG_NAME, "h1").text == "Signed off"
    assert SUBJECT not in text
