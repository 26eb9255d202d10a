"""Every fault is named once, by its own contract and subject; what is harmless raises nothing."""

import pytest

from harness.contracts.registry import Target, contracts_of
from tests.harness.contracts.preflight.reference import MANIFESTS, PLATFORM, diagnose, patches, roots

FAULTS, HARMLESS = patches("faults.yaml"), patches("harmless.yaml")


def test_everything_holds_on_the_reference():
    found = diagnose(PLATFORM, MANIFESTS)
    assert roots(found) == []
    assert len(found.held) > 45


@pytest.mark.parametrize("patch", FAULTS)
def test_a_fault_is_named_by_its_root_alone(patched, patch):
    assert roots(diagnose(*patched(patch))) == sorted(patch["roots"])


@pytest.mark.parametrize("patch", HARMLESS)
def test_a_harmless_change_raises_no_alarm(patched, patch):
    assert roots(diagnose(*patched(patch))) == []


def test_every_contract_of_preflight_is_broken_by_a_patch_or_by_a_mistake_in_platform_yaml():
    broken = {root.split(" ")[0] for param in FAULTS for root in param.values[0]["roots"]}
    assert {c.id for c in contracts_of(Target.DEPLOYMENT)} == {id for id in broken if id not in _platform_file()}


def _platform_file():
    return {contract.id for contract in contracts_of(Target.PLATFORM)}
