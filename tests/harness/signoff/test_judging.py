"""What is signed off, and what is refused, each with its reason."""

from datetime import timedelta

import pytest

from harness.errors import HarnessError
from harness.run import Cause, Git, ResultsError, begin
from harness.signoff.judge import judge
from harness.signoff.policy import Campaign, Policy
from tests.harness.signoff.conftest import CUBE, NOW, ROOT, env_failure, failed, run, scenario

POLICY = Policy(stages=("semantic",))


def told(folders, policy=POLICY, campaigns=(), now=NOW):
    return [(reason.rule, reason.told) for reason in judge(folders, policy, campaigns, now).reasons]


def test_what_passed_everywhere_is_signed_off(folder_of):
    assert told([folder_of(run())]) == []


def test_a_root_cause_is_refused_by_its_name(folder_of):
    reasons = told([folder_of(run(failed(), scenario("Other"), roots=(ROOT,)))])
    assert reasons[0] == (
        "passed",
        f"root cause {CUBE} (cube-api) broken at stage semantic [{ROOT.fingerprint}]",
    )
    assert ("passed", "local: 1 scenario failed") in reasons
    assert not [rule for rule, _ in reasons if rule == "named"]


def test_a_failure_without_a_root_is_an_unnamed_cause(folder_of):
    reasons = told([folder_of(run(failed(), scenario("Other")).model_copy(update={"scenarios": (_unnamed(),)}))])
    assert "named" in [rule for rule, _ in reasons]


def _unnamed():
    cause = Cause(blame="HARNESS", fingerprint="f" * 12, told="KeyError: 'x'")
    return scenario(status="broken", cause=cause)


def test_nothing_is_signed_off_without_results(tmp_path):
    assert told([tmp_path])[0] == ("results", f"{tmp_path}: it is empty: there is no run.json")
    assert ("environments", "local was not run") in told([tmp_path])


def test_a_run_that_was_killed_is_refused(tmp_path):
    begin(tmp_path / "killed", run(complete=False))
    assert "half-written" in told([tmp_path / "killed"])[0][1]


def test_a_run_whose_digests_are_gone_is_refused(folder_of):
    folder = folder_of(run())
    (folder / "digests.json").unlink()
    assert "half-written" in told([folder])[0][1]


def test_a_run_that_ran_nothing_is_refused(folder_of):
    reasons = told([folder_of(run().model_copy(update={"scenarios": (), "collected": ()}))])
    assert "no scenario was run" in reasons[0][1]


def test_a_run_whose_stack_did_not_come_up_is_refused(folder_of):
    cause = Cause(blame="ENV", fingerprint="f" * 12, told="marquez did not start")
    nothing = run(failure=cause).model_copy(update={"scenarios": (), "collected": ()})
    assert ("results", "local: nothing was run: ENV marquez did not start") in told([folder_of(nothing)])


@pytest.mark.parametrize("status", [None, 1, 2, 3, 4])
def test_a_run_that_ended_in_a_way_that_no_scenario_explains_is_refused(folder_of, status):
    ((rule, reason),) = told([folder_of(run(exit_status=status))])
    assert rule == "results"
    assert f"pytest ended with status {status}" in reason


def test_a_run_with_an_injected_fault_is_refused(folder_of):
    ((_, reason),) = told([folder_of(run(fault="cube-stopped"))])
    assert "the fault cube-stopped was injected" in reason


def test_what_an_environment_leaves_out_with_a_reason_is_not_missing(folder_of):
    names = (scenario().scenario, "features/query_cube.feature::Writes")
    assert told([folder_of(run(collected=names, left_out={"it writes": names[1:]}))]) == []
    assert "partial" in told([folder_of(run(id="b" * 32, environment="kind", collected=names))])[0][1]


def test_a_retry_without_what_it_repeats_is_refused(folder_of):
    ((_, reason),) = told([folder_of(run(id="b" * 32, retry_of="a" * 32))])
    assert f"retry of run {'a' * 32}, which is not among the results" in reason


def test_scenarios_that_were_not_run_make_it_partial(folder_of):
    part = run().model_copy(update={"collected": ("features/query_cube.feature::Other", scenario().scenario)})
    assert "partial: 1 scenario" in told([folder_of(part)])[0][1]


def test_shards_are_whole_together_and_partial_apart(folder_of):
    both = (scenario("A"), scenario("B"))
    names = tuple(one.scenario for one in both)
    folders = [
        folder_of(run(one, id=str(place) * 32, shard=f"{place}/2", collected=names))
        for place, one in enumerate(both, 1)
    ]
    assert told(folders) == []
    assert "partial" in told(folders[:1])[0][1]


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"git": Git(commit="b" * 40, dirty=False)}, "same_commit"),
        ({"git": None}, "same_commit"),
        ({"platform_digest": "0" * 64}, "same_platform"),
        ({"platform_digest": ""}, "same_platform"),
        ({"code_digest": "0" * 64}, "same_platform"),
        ({"git": Git(commit="c" * 40, dirty=True)}, "clean_tree"),
        ({"ended": NOW - timedelta(hours=25)}, "max_age_hours"),
        ({"ended": NOW + timedelta(hours=1)}, "max_age_hours"),
        ({"ended": (NOW - timedelta(hours=1)).replace(tzinfo=None)}, "max_age_hours"),
    ],
)
def test_runs_that_do_not_belong_together_are_refused(folder_of, changes, rule):
    folders = [folder_of(run()), folder_of(run(id="b" * 32, **changes))]
    assert [name for name, _ in told(folders)] == [rule]


@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        ({"environments": ("local", "kind")}, ("environments", "kind was not run")),
        ({"stages": ("semantic", "lineage")}, ("stages", "local: no scenario of stage lineage passed")),
        ({"contracts": (CUBE,)}, ("contracts", f"local: contract {CUBE} was checked by no scenario that passed")),
        ({"all_contracts": True}, ("contracts", f"local: contract {CUBE} was checked by no scenario that passed")),
        ({"contracts": ("no.such",)}, ("contracts", "there is no contract no.such")),
        ({"requirements": ("F-2",)}, ("requirements", "local: requirement F-2 was proved by no scenario that passed")),
        ({"stand_ins": False}, ("stand_ins", "local: polaris is a stand-in")),
        ({"campaign": Campaign()}, ("campaign", "0 faults were injected, at least 1 needed")),
    ],
)
def test_what_the_policy_asks_for_and_is_not_there_is_a_reason(folder_of, policy, reason):
    assert reason in told([folder_of(run())], POLICY.model_copy(update=policy))


def test_an_env_failure_is_no_pass(folder_of):
    reasons = told([folder_of(run(env_failure()))])
    assert ("passed", "local: 1 scenario broken") in reasons
    assert ("stages", "local: no scenario of stage semantic passed") in reasons


def test_an_env_failure_that_passes_on_a_retry_is_flaky_and_counts_against_the_budget(folder_of):
    first = folder_of(run(env_failure()))
    retry = folder_of(run(id="b" * 32, retry_of="a" * 32))
    assert [rule for rule, _ in told([first, retry])] == ["flaky"]
    assert told([first, retry], POLICY.model_copy(update={"flaky": 1})) == []


def test_a_failed_contract_does_not_become_better_by_a_retry(folder_of):
    first = folder_of(run(failed(), roots=(ROOT,)))
    retry = folder_of(run(id="b" * 32, retry_of="a" * 32))
    assert ("passed", "local: 1 scenario failed") in told([first, retry], POLICY.model_copy(update={"flaky": 1}))


def test_a_stack_that_comes_up_on_a_retry_makes_all_of_it_flaky(folder_of):
    cause = Cause(blame="ENV", fingerprint="f" * 12, told="marquez did not start")
    first = folder_of(run(failure=cause).model_copy(update={"scenarios": ()}))
    retry = folder_of(run(id="b" * 32, retry_of="a" * 32))
    reasons = judge([first, retry], POLICY, (), NOW)
    assert [reason.rule for reason in reasons.reasons if reason.rule != "results"] == ["flaky"]
    assert reasons.case.merged.results[0].scenario.status == "flaky"


def test_the_worst_of_several_runs_of_one_scenario_counts(folder_of):
    folders = [folder_of(run()), folder_of(run(failed(), id="b" * 32))]
    assert ("passed", "local: 1 scenario failed") in told(folders)


def test_the_order_of_the_folders_does_not_matter(folder_of):
    folders = [folder_of(run(failed())), folder_of(run(id="b" * 32, environment="kind"))]
    assert judge(folders, POLICY, (), NOW).case.merged == judge(folders[::-1], POLICY, (), NOW).case.merged


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'{"format": "floe-harness.run/2"}', b"\xff\xfe{}", b"[" * 100_000, b'{"a": NaN}'],
)
def test_what_no_run_wrote_is_not_judged(tmp_path, content):
    (tmp_path / "run.json").write_bytes(content)
    with pytest.raises(ResultsError) as error:
        judge([tmp_path], POLICY, (), NOW)
    assert error.value.exit_code == 2
    assert "run.json" in str(error.value)


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"faults": [], "clean": {"runs": -1, "alarms": 0}}'])
def test_what_no_campaign_wrote_is_not_judged(folder_of, tmp_path, content):
    (tmp_path / "faults.json").write_bytes(content)
    with pytest.raises(HarnessError, match=r"faults\.json"):
        judge([folder_of(run())], POLICY, [tmp_path / "faults.json"], NOW)
