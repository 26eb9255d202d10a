"""The seed's ten mends, judged by the contracts: seven hold, and the three wrong ones leave or move the root."""

import pytest

from harness.faults.mending import judge_on_copies
from harness.faults.reader import find_faults, mends, read_mend
from harness.platform.problem import PlatformErrors

JUDGED = [mend for mend in mends() if mend.judged_on and not mend.live]


@pytest.mark.parametrize("mend", JUDGED, ids=lambda mend: mend.id)
def test_a_mend_does_what_it_is_known_to_do(mend, reference):
    (fault,) = find_faults([mend.judged_on])
    judged = judge_on_copies(mend, fault, reference)
    assert judged.problem is None, str(judged.problem)
    assert judged.before
    assert judged.as_known, judged.said
    assert judged.holds is not bool(mend.leaves)


def test_the_reported_mends_that_do_not_hold_are_three():
    assert {mend.id: mend.leaves for mend in JUDGED if mend.leaves} == {
        "catalog-role-empty": ("catalog.role-fits-store",),
        "cube-endpoint-written-as-url": ("semantic.s3-endpoint-is-host-port",),
        "cube-telemetry-with-full-path": ("lineage.url-is-base",),
    }


def test_each_of_the_three_has_one_that_holds_on_the_same_fault():
    good = {mend.judged_on for mend in JUDGED if not mend.leaves}
    assert {mend.judged_on for mend in JUDGED} == good


def test_a_mend_that_mends_nothing_is_not_called_proved(reference, tmp_path):
    (fault,) = find_faults(["cube-endpoint-with-scheme"])
    file = tmp_path / "idle.yaml"
    file.write_text("id: idle\ntitle: t\nactions:\n  - {set_platform: governance/owner, to: me}\n")
    judged = judge_on_copies(read_mend(file), fault, reference)
    assert not judged.holds
    assert judged.said == (
        "does not hold: what is broken now: "
        "semantic.s3-endpoint-is-host-port floe-cube-api/cube/CUBEJS_DB_DUCKDB_S3_ENDPOINT"
    )


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("mends: catalog.runing", "did you mean 'catalog.running'?"),
        ("leavs: catalog.running", "did you mean 'leaves'?"),
        ("environments: [local]", "is not for these environments"),
    ],
)
def test_a_mistake_in_a_mend_is_told_with_its_place(tmp_path, line, words):
    file = tmp_path / "one.yaml"
    file.write_text(f"id: one\ntitle: t\n{line}\nactions:\n  - {{set_platform: governance/owner, to: me}}\n")
    with pytest.raises(PlatformErrors) as told:
        read_mend(file)
    assert words in str(told.value)
    assert f"{file}:" in str(told.value)
