"""A run with a fault names one root in its summary, its record, its page, Allure's results and a refused sign-off."""

import json

from harness.evidence.record import Record

ROOT, SUBJECT, FAULT = "orchestrator.cron-valid", "demo_pipeline_schedule", "cron-with-four-fields"


def allure(left) -> list[dict]:
    return [json.loads(file.read_text()) for file in (left.results / "allure").glob("*-result.json")]


def test_the_run_names_it_and_the_fault(with_fault):
    assert with_fault.exit_status == 1, with_fault.out
    assert f"fault injected: {FAULT}" in with_fault.out
    assert f"{ROOT}  broken at stage load" in with_fault.out.split("root causes")[1]
    assert f"--fault={FAULT}" in with_fault.out.splitlines()[-1]
    run = json.loads((with_fault.results / "run.json").read_text())
    assert run["fault"] == FAULT
    assert [(root["contract"], root["subject"]) for root in run["roots"]] == [(ROOT, SUBJECT)]
    failed = [one for one in run["scenarios"] if one["status"] != "passed"]
    assert {one["status"] for one in failed} == {"failed"}
    assert {one["cause"]["root"] for one in failed} == {root["fingerprint"] for root in run["roots"]}


def test_each_failed_scenario_s_record_names_it_and_the_fault(with_fault):
    assert with_fault.pages
    for page in with_fault.pages:
        record = Record.model_validate_json(page.with_suffix(".json").read_text())
        assert record.judged
        assert [(root.contract, root.subject) for root in record.roots] == [(ROOT, SUBJECT)]
        (fault,) = record.faults
        assert fault.title == f"injected: {FAULT}"
        assert fault.at is not None
        assert fault.at < record.begun


def test_allure_s_results_name_it(with_fault):
    failed = [result for result in allure(with_fault) if result["status"] != "passed"]
    assert {result["status"] for result in failed} == {"failed"}
    for result in failed:
        assert result["statusDetails"]["message"].startswith(f"{ROOT} broken at stage load: {SUBJECT}: ")


def test_the_sign_off_is_refused_for_it_and_for_the_fault(with_fault):
    assert with_fault.signoff.returncode == 1, with_fault.signoff.stderr
    folder = with_fault.folder / ".harness" / "signoff"
    verdict = json.loads((folder / "signoff.json").read_text())
    assert [(root["contract"], root["subject"]) for root in verdict["roots"]] == [(ROOT, SUBJECT)]
    for told in (with_fault.signoff.stdout, (folder / "signoff.md").read_text(), (folder / "signoff.html").read_text()):
        assert ROOT in told
        assert SUBJECT in told.replace("\\", "")  # Markdown has an underscore escaped
        assert f"the fault {FAULT} was injected" in told


def test_without_the_fault_it_is_signed_off(without_fault):
    assert without_fault.exit_status == 0, without_fault.out
    assert without_fault.pages == []
    assert {result["status"] for result in allure(without_fault)} == {"passed"}
    assert without_fault.signoff.returncode == 0, without_fault.signoff.stdout + without_fault.signoff.stderr
    assert without_fault.signoff.stdout.startswith("signed off")
