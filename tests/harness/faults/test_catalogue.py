"""Every fault of files is named at its earliest stage, by its own contract alone; what is harmless is not.

Faults of a running stack are tried by `harness faults run --all --env local`, which takes a stack.
"""

import pytest

from harness.contracts.registry import Stage, Target, contracts_of
from harness.faults.campaign import run_campaign, try_fault
from harness.faults.reader import CATALOGUE, catalogue
from harness.faults.static import STAGES, diagnose_files

ALL = catalogue()
FAULTS = [fault for fault in ALL if not (fault.harmless or fault.live)]
HARMLESS = [fault for fault in ALL if fault.harmless]


def id_of(fault):
    return fault.id


def test_nothing_is_named_when_nothing_is_injected(reference):
    found = diagnose_files(reference.folder)
    assert found.roots == ()
    assert len(found.held) > 75


@pytest.mark.parametrize("fault", FAULTS, ids=id_of)
def test_a_fault_is_named_by_its_contract_alone_at_its_earliest_stage(look, fault):
    trial = try_fault(fault, look)
    assert trial.problem is None, str(trial.problem)
    assert trial.correct, f"{fault.named_by} {fault.subject} is not {[str(root) for root in trial.roots]}"
    assert trial.at_earliest


@pytest.mark.parametrize("change", HARMLESS, ids=id_of)
def test_a_harmless_change_raises_no_alarm(look, change):
    campaign = run_campaign([change], look, clean_runs=0)
    assert (campaign.harmless.runs, campaign.harmless.alarms) == (1, ())


def test_every_contract_on_a_deployment_is_broken_by_a_fault():
    assert {contract.id for contract in contracts_of(Target.DEPLOYMENT)} <= {fault.named_by for fault in FAULTS}


def test_each_file_is_called_as_its_fault_and_lies_with_its_stage():
    for fault in ALL:
        folder = "harmless" if fault.harmless else str(fault.earliest)
        assert fault.file.relative_to(CATALOGUE).as_posix() == f"{folder}/{fault.id}.yaml"
    assert len({fault.id for fault in ALL}) == len(ALL)


def test_there_are_enough_of_each():
    assert len(FAULTS) >= 50
    assert len(HARMLESS) >= 8
    assert {fault.earliest for fault in FAULTS} == set(STAGES)
    assert not {fault.earliest for fault in ALL if fault.live} & set(STAGES)
    stages = [fault.earliest for fault in ALL if fault.earliest]
    assert stages == sorted(stages, key=list(Stage).index)
