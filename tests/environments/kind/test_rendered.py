"""The charts as Helm renders them: what preflight says of them, and of what is wrong with them on demand."""

import dataclasses
import shutil
from pathlib import Path

import pytest

import environments
from environments.kind import releases
from environments.kind.plan import KindPlan
from environments.kind.workloads import RELEASES
from environments.local.ports import USUAL
from harness.contracts.registry import Target, contracts_of
from harness.diagnosis import evaluate
from harness.errors import EnvironmentFailure
from harness.settings import load_settings

DEMO = Path(__file__).parents[3] / "demo" / "platform.yaml"


def planned(folder, platform=DEMO, **given):
    given = {"environment": "kind", "platform": platform, "images": "built", **given}
    return environments.planned(load_settings(folder, given), folder)


def roots(deployment):
    targets = {Target.PLATFORM: deployment.reading, Target.DEPLOYMENT: deployment}
    return [f"{root.contract.id} {root.subject}" for root in evaluate(contracts_of(*targets), targets).roots]


def with_value(monkeypatch, chart, *values):
    """Let a chart be rendered with values of ours on top."""
    original = releases.values

    def more(plan, release):
        own = [argument for value in values for argument in ("--set", value)] if release.chart == chart else []
        return [*original(plan, release), *own]

    monkeypatch.setattr(releases, "values", more)


@pytest.mark.parametrize("images", ["built", "official"])
def test_nothing_is_wrong_with_the_charts(tmp_path, images):
    deployment = planned(tmp_path, images=images)
    assert roots(deployment) == []
    assert len(deployment.workloads) == 12  # ten, the init hook, and the pod of a run


def test_a_run_that_root_lays_out_is_named(tmp_path, monkeypatch):
    with_value(monkeypatch, "floe-dagster", "runs.initAsRoot=true")
    found = roots(planned(tmp_path))
    assert [root for root in found if root.startswith("volume.shared-files-readable") and "run-pod" in root]


def test_an_identity_that_is_not_whole_is_refused_by_the_schema(tmp_path, monkeypatch):
    with_value(monkeypatch, "floe-infrastructure", "workloads.polaris.securityContext.runAsUser=null")
    with pytest.raises(EnvironmentFailure, match="helm template") as refused:
        planned(tmp_path)
    assert "runAsUser" in refused.value.actual


def test_where_the_schema_is_skipped_preflight_still_names_what_is_wrong(tmp_path, monkeypatch):
    with_value(monkeypatch, "floe-infrastructure", "workloads.polaris.ports.http=80")
    with pytest.raises(EnvironmentFailure):
        planned(tmp_path)
    (again := tmp_path / "again").mkdir()
    assert roots(planned(again, skip_schema_validation=True))


def test_another_platform_starts_every_pod_that_reads_it_anew(tmp_path):
    changed = tmp_path / "changed.yaml"
    changed.write_text(DEMO.read_text().replace("retention_days: 30", "retention_days: 31"))
    checksums = []
    for name, file in (("before", DEMO), ("after", changed)):
        (folder := tmp_path / name).mkdir()
        deployment = planned(folder, file)
        checksums.append(
            {w.name: w.annotations.get("checksum/platform") for w in deployment.workloads if w.kind != "RunPod"}
        )
    before, after = checksums
    carried = {name for name, checksum in before.items() if checksum}
    assert len(carried) == 10
    assert all(before[name] != after[name] for name in carried)


def test_a_host_that_is_no_service_is_named(tmp_path):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(DEMO.read_text().replace("http://floe-infra-polaris:", "http://floe-infra-polarsi:"))
    assert roots(planned(tmp_path, wrong)) == ["platform.hosts-resolve platform.yaml/catalogs.main.uri"]


def test_more_replicas_get_a_disruption_budget(tmp_path, monkeypatch):
    with_value(monkeypatch, "floe-cube", "workloads.cube-api.replicas=2")
    shutil.copyfile(DEMO, tmp_path / "platform.yaml")
    plan = KindPlan(tmp_path, "kind", "built", USUAL)
    (cube,) = [release for release in RELEASES if release.chart == "floe-cube"]
    assert "kind: PodDisruptionBudget" in releases.render(plan, cube)
    assert "kind: PodDisruptionBudget" not in releases.render(plan, dataclasses.replace(RELEASES[0]))
