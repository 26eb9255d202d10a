"""The policy's file: every mistake in it is told at once, with line and key, and nothing is signed off by it."""

import pytest

from harness.platform.problem import PlatformErrors
from harness.signoff.policy import Policy, read_policy


def refused(tmp_path, text):
    file = tmp_path / "signoff.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(PlatformErrors) as error:
        read_policy(file)
    assert error.value.exit_code == 2
    return str(error.value)


def test_every_mistake_is_told_with_its_line(tmp_path):
    told = refused(tmp_path, "stages: [preflight, lode]\nflakey: 1\nmax_age_hours: -1\ncampaign:\n  named: 2\n")
    assert "signoff.yaml:1:21 (stages.1)" in told
    assert "did you mean 'load'?" in told
    assert "signoff.yaml:2:1 (flakey): unknown key 'flakey'; did you mean 'flaky'?" in told
    assert "signoff.yaml:3:1 (max_age_hours)" in told
    assert "signoff.yaml:5:3 (campaign.named)" in told


@pytest.mark.parametrize("text", ["", "- a", "a: [", b"\xff", "stages: []", "environments: []", "stages: x"])
def test_what_is_no_policy_is_refused(tmp_path, text):
    assert "signoff.yaml" in refused(tmp_path, text)


def test_a_policy_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(PlatformErrors, match="cannot be read"):
        read_policy(tmp_path / "none.yaml")


def test_what_is_not_said_is_strict(tmp_path):
    (tmp_path / "signoff.yaml").write_text("environments: [local]\n")
    policy = read_policy(tmp_path / "signoff.yaml")
    assert policy == Policy()
    assert policy.flaky == 0
    assert policy.same_commit
    assert policy.same_platform
    assert len(policy.stages) == 8
