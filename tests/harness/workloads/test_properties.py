"""Whatever manifests look like: no traceback, and the same findings in any order."""

import copy
import random
from contextlib import suppress
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from harness.contracts.registry import Target, contracts_of
from harness.diagnosis import as_json, as_text, evaluate
from harness.errors import UsageError
from harness.platform import read_platform
from harness.workloads import Deployment
from harness.workloads.documents import Object, read_documents
from harness.workloads.kubernetes import read_objects
from harness.workloads.run_pods import run_pods

DEMO = Path(__file__).parents[3] / "demo"
MANIFESTS, PLATFORM = DEMO / "manifests", DEMO / "platform.yaml"

SLOW = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
READING = read_platform(PLATFORM)
CONTRACTS = contracts_of(Target.PLATFORM, Target.DEPLOYMENT)
DOCUMENTS = [
    document
    for file in sorted(MANIFESTS.iterdir())
    for document in YAML(typ="safe").load_all(file.read_text())
    if document
]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
GARBAGE = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
)
KINDS = st.sampled_from(
    ["Pod", "Deployment", "CronJob", "Job", "Service", "ConfigMap", "Secret", "ExternalSecret", "X"]
)


def find(documents):
    """Return what preflight finds in objects, told in both ways."""
    objects = read_objects(Object(document, lambda *path: None) for document in documents)
    whole = Deployment(
        type(objects)((*objects.workloads, *run_pods(objects)), objects.services, objects.configs), READING
    )
    found = evaluate(CONTRACTS, {Target.PLATFORM: READING, Target.DEPLOYMENT: whole})
    assert as_text(found)
    return as_json(found)


@SLOW
@given(st.randoms(use_true_random=False), st.lists(st.sampled_from(["NetworkPolicy", "LakeHouse", "CustomThing"])))
def test_the_order_of_documents_and_unknown_kinds_change_nothing(order: random.Random, unknown):
    documents = [*DOCUMENTS, *({"kind": kind, "spec": {"template": []}} for kind in unknown)]
    order.shuffle(documents)
    assert find(documents) == find(DOCUMENTS)


@SLOW
@given(
    st.lists(st.fixed_dictionaries({"kind": KINDS}, optional={"metadata": GARBAGE, "spec": GARBAGE, "data": GARBAGE}))
)
def test_garbage_under_known_kinds_is_passed_over(documents):
    find(documents)


@SLOW
@given(st.data())
def test_a_reference_with_garbage_anywhere_is_judged_without_a_traceback(data):
    documents = copy.deepcopy(DOCUMENTS)
    for _ in range(data.draw(st.integers(1, 3))):
        holder = data.draw(st.sampled_from(documents))
        while True:
            key = data.draw(st.sampled_from(sorted(holder) if isinstance(holder, dict) else range(len(holder))))
            inner = holder[key]
            if not isinstance(inner, dict | list) or not inner or data.draw(st.integers(0, 3)) == 0:
                break
            holder = inner
        holder[key] = data.draw(GARBAGE)
    find(documents)


@SLOW
@given(st.text())
def test_any_text_is_read_or_refused_as_the_user_s_mistake(text):
    with suppress(UsageError):
        assert all(isinstance(each.content, dict) for each in read_documents(text, Path("x.yaml")))
