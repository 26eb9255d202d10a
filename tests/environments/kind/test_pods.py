"""What is told of pods that do not come up, from the state that Kubernetes gives them."""

from __future__ import annotations

from typing import Any

from environments.kind.pods import hopeless, not_ready


def pod(state: dict[str, Any], *, restarts: int = 0, last: dict[str, Any] | None = None, ready: bool = False) -> Any:
    status = {"name": "main", "state": state, "restartCount": restarts, "lastState": last or {}}
    condition = {"type": "Ready", "status": str(ready)}
    return {
        "metadata": {"name": "polaris-0"},
        "status": {"phase": "Running", "containerStatuses": [status], "conditions": [condition]},
    }


def test_an_image_that_cannot_be_had_is_hopeless() -> None:
    why = hopeless([pod({"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}})])
    assert why == "polaris-0: container main: ImagePullBackOff: no such image"


def test_a_missing_key_of_a_secret_is_hopeless() -> None:
    said = 'couldn\'t find key "client" in Secret floe/polaris-client'
    why = hopeless([pod({"waiting": {"reason": "CreateContainerConfigError", "message": said}})])
    assert why is not None
    assert said in why


def test_too_little_memory_is_told_though_the_container_runs_again() -> None:
    why = hopeless([pod({"running": {}}, restarts=1, last={"terminated": {"reason": "OOMKilled"}})])
    assert why is not None
    assert "its memory limit is too small" in why


def test_one_that_ended_again_and_again_is_hopeless_and_one_that_ended_once_is_not() -> None:
    state, last = {"waiting": {"reason": "CrashLoopBackOff"}}, {"terminated": {"reason": "Error", "exitCode": 3}}
    assert hopeless([pod(state, restarts=1, last=last)]) is None
    why = hopeless([pod(state, restarts=5, last=last)])
    assert why == "polaris-0: container main ended 5 times, last with exit status 3"


def test_one_that_is_pulled_or_starts_may_still_come_up() -> None:
    assert hopeless([pod({"waiting": {"reason": "ContainerCreating"}}), pod({"running": {}})]) is None


def test_ended_jobs_need_not_be_ready() -> None:
    job = pod({"terminated": {"exitCode": 0}})
    job["status"]["phase"] = "Succeeded"
    assert not_ready([job, pod({"running": {}}), pod({"running": {}}, ready=True)]) == ["polaris-0"]
