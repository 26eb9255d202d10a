"""What is told of workloads that do not come up, from the state that Kubernetes gives their objects."""

from environments.kind.signs import not_ready, signs, told

SELECTED = {"app.kubernetes.io/name": "polaris"}


def pod(state, *, restarts=0, last=None, ready=False, conditions=(), probe=None):
    status = {"name": "main", "state": state, "restartCount": restarts, "lastState": last or {}, "ready": ready}
    return {
        "kind": "Pod",
        "metadata": {"name": "polaris-0", "labels": SELECTED},
        "spec": {"containers": [{"name": "main", "readinessProbe": probe} if probe else {"name": "main"}]},
        "status": {
            "phase": "Running",
            "containerStatuses": [status],
            "conditions": [{"type": "Ready", "status": str(ready)}, *conditions],
        },
    }


def hopeless(*items):
    return told(sign for sign in signs(items) if sign.hopeless)


def waiting(reason, message=""):
    return {"waiting": {"reason": reason, "message": message}}


def test_an_image_that_cannot_be_had_is_hopeless():
    found = hopeless(pod(waiting("ImagePullBackOff", "no such image")))
    assert found == "polaris-0: container main: ImagePullBackOff: no such image"


def test_a_missing_key_of_a_secret_is_hopeless():
    said = 'couldn\'t find key "client" in Secret floe/polaris-client'
    assert said in hopeless(pod(waiting("CreateContainerConfigError", said)))


def test_too_little_memory_is_told_though_the_container_runs_again():
    found = hopeless(pod({"running": {}}, restarts=1, last={"terminated": {"reason": "OOMKilled"}}))
    assert "its memory limit is too small" in found


def test_one_that_ended_again_and_again_is_hopeless_and_one_that_ended_once_is_not():
    last = {"terminated": {"reason": "Error", "exitCode": 3}}
    once = pod(waiting("CrashLoopBackOff"), restarts=1, last=last)
    assert hopeless(once) is None
    assert told(signs([once])) == "polaris-0: container main ended 1 times, last with exit status 3"
    assert hopeless(pod(waiting("CrashLoopBackOff"), restarts=5, last=last))


def test_one_that_is_pulled_or_starts_may_still_come_up():
    assert signs([pod(waiting("ContainerCreating")), pod({"running": {}})]) == []


def test_a_readiness_probe_that_does_not_hold_is_shown():
    (sign,) = signs([pod({"running": {}}, probe={"tcpSocket": {"port": 9999}, "periodSeconds": 2})])
    assert not sign.hopeless
    assert sign.text.endswith('its readiness probe does not hold: {"tcpSocket": {"port": 9999}}')


def test_a_pod_that_no_node_takes_is_told():
    said = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "Insufficient memory"}
    item = pod(waiting("x"), conditions=[said])
    del item["status"]["containerStatuses"]
    assert told(signs([item])) == "polaris-0: no node takes it: Insufficient memory"


def test_a_quota_and_a_failed_hook_are_hopeless():
    failure = {"type": "ReplicaFailure", "status": "True", "message": "exceeded quota: small"}
    replicas = {"kind": "ReplicaSet", "metadata": {"name": "jaeger-1"}, "status": {"conditions": [failure]}}
    failed = {"type": "Failed", "status": "True", "message": "Job has reached the specified backoff limit"}
    job = {"kind": "Job", "metadata": {"name": "catalog-init"}, "status": {"conditions": [failed]}}
    assert hopeless(replicas, job) == (
        "jaeger-1: no pod can be made: exceeded quota: small\n"
        "catalog-init: failed: Job has reached the specified backoff limit"
    )


def test_a_service_that_selects_no_pod_is_told_and_one_that_selects_is_not():
    def service(selector):
        return {"kind": "Service", "metadata": {"name": "floe-infra-polaris"}, "spec": {"selector": selector}}

    there = pod({"running": {}}, ready=True)
    assert signs([there, service(SELECTED)]) == []
    (sign,) = signs([there, service({"app.kubernetes.io/name": "polarsi"})])
    assert "selects no pod" in str(sign)


def test_ended_jobs_need_not_be_ready():
    job = pod({"terminated": {"exitCode": 0}})
    job["status"]["phase"] = "Succeeded"
    assert not_ready([job, pod({"running": {}}), pod({"running": {}}, ready=True)]) == ["polaris-0"]
