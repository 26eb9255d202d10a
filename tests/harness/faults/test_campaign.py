"""A campaign counts a miss, a wrong name, a root too many and a false alarm, and touches nothing of the user's."""

import os
from pathlib import Path

from harness.contracts.registry import Stage
from harness.faults import report
from harness.faults.campaign import run_campaign, try_fault
from harness.faults.files import Reference
from harness.faults.reader import find_faults, read_fault
from harness.faults.static import look_at_copies

WRONG_PATH = """\
subject: floe-cube-api/cube/OPENLINEAGE_URL
actions:
  - set_env: OPENLINEAGE_URL
    on: Deployment/floe-cube-api
    to: http://floe-infra-marquez:5000/api/v1/lineage
"""
NOTHING_WRONG = "actions:\n  - set: Deployment/floe-cube-api spec/replicas\n    to: 3\n"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(f): f.read_bytes() for f in folder.rglob("*") if f.is_file() and "__pycache__" not in f.parts}


def test_a_fault_that_is_named_by_its_contract_on_its_subject_is_correct(fault, look):
    campaign = run_campaign([fault(WRONG_PATH)], look)
    assert campaign.ok
    (told,) = report.as_json(campaign)["faults"]
    assert told.pop("seconds") > 0
    assert told == {
        "id": "one",
        "injected": True,
        "noticed_at": "preflight",
        "named": "lineage.url-is-base",
        "earliest": "preflight",
        "correct": True,
        "at_earliest": True,
    }
    assert report.as_json(campaign)["clean"] == {"runs": 1, "alarms": 0}
    assert "named/injected (AC@1)   1/1 = 100.0%" in report.as_figures(campaign)


def test_a_miss_is_none(fault, look):
    campaign = run_campaign([fault(NOTHING_WRONG)], look)
    assert not campaign.ok
    assert (campaign.trials[0].named, campaign.trials[0].noticed_at) == (None, None)
    assert "named: nothing" in report.as_figures(campaign)


def test_another_contract_or_another_subject_is_not_correct(fault, look):
    elsewhere = fault(WRONG_PATH.replace("subject: floe-cube-api", "subject: floe-cube-refresh-worker"))
    assert not try_fault(elsewhere, look).correct
    other = fault(WRONG_PATH.replace("api/v1/lineage", "").replace(":5000", ":5001"))
    trial = try_fault(other, look)
    assert trial.named == "service.ports-served"
    assert not trial.correct


def test_a_root_too_many_is_not_correct_though_the_right_one_is_among_them(fault, look):
    more = "  - delete: Deployment/floe-infra-localstack pod/containers/localstack/readinessProbe\n"
    trial = try_fault(fault(WRONG_PATH + more), look)
    assert {root.contract for root in trial.roots} == {"lineage.url-is-base", "service.readiness-probed"}
    assert not trial.correct
    twice = WRONG_PATH.replace("subject: floe-cube-api/cube/OPENLINEAGE_URL\n", "").replace(
        "on: Deployment/floe-cube-api", "on: [Deployment/floe-cube-api, Deployment/floe-cube-refresh-worker]"
    )
    assert not try_fault(fault(twice), look).correct


def test_what_is_named_later_than_it_could_be_is_correct_and_not_at_the_earliest(fault, look):
    late = """\
id: late
title: t
seen: s
named_by: transform.references-resolve
earliest: preflight
actions:
  - edit_file: dbt/models/marts/mart_revenue.sql
    replace: ref("stg_orders")
    by: ref("stg_order")
"""
    trial = try_fault(fault(late, whole=True), look)
    assert (trial.correct, trial.noticed_at, trial.at_earliest) == (True, Stage.LOAD, False)


def test_an_alarm_over_a_harmless_change_is_counted(fault, look):
    text = WRONG_PATH.replace("subject: floe-cube-api/cube/OPENLINEAGE_URL\n", "")
    change = fault("id: one\ntitle: t\nharmless: true\n" + text, whole=True)
    campaign = run_campaign([change], look)
    assert not campaign.ok
    assert report.as_json(campaign)["harmless"] == {"runs": 1, "alarms": 1}
    assert "lineage.url-is-base" in report.as_figures(campaign)


def test_an_alarm_over_a_clean_run_is_counted(reference, fault):
    with reference.copied() as files:
        fault(WRONG_PATH).inject(files)
        campaign = run_campaign([], look_at_copies(Reference(files.folder)), clean_runs=2)
    assert not campaign.ok
    assert report.as_json(campaign)["clean"] == {"runs": 2, "alarms": 2}


def test_a_campaign_in_which_nothing_was_run_fails(look):
    assert not run_campaign([], look, clean_runs=0).ok


def test_a_fault_that_cannot_be_injected_stops_no_other(fault, tmp_path, look):
    good = fault(WRONG_PATH)
    (tmp_path / "two.yaml").write_text(
        good.file.read_text().replace("id: one", "id: two").replace("Deployment/floe-cube-api", "Deployment/none")
    )
    campaign = run_campaign([read_fault(tmp_path / "two.yaml"), good], look)
    assert [trial.injected for trial in campaign.trials] == [False, True]
    assert not campaign.ok
    assert "two.yaml:9" in str(campaign.problems[0])


def test_zero_alarms_are_told_with_the_bound_that_follows_from_their_number(look):
    figures = report.as_figures(run_campaign([], look, clean_runs=3))
    assert figures == "false alarms            0/3 = 0.0% (3 clean, 0 harmless); 0 in 3 shows a rate below 100.0%"


def test_nothing_of_the_platform_is_touched_and_the_copy_is_gone(tmp_path, monkeypatch, reference):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = contents(reference.folder)
    with reference.copied() as files:
        for fault in find_faults(["namespace-with-warehouse", "cube-file-deleted", "renamed-everywhere"]):
            fault.inject(files)
        assert (files.folder.parent.stat().st_mode & 0o777) == 0o700
        assert files.folder.is_relative_to(tmp_path)
        assert contents(files.folder) != before
    assert contents(reference.folder) == before
    assert os.listdir(tmp_path) == []
