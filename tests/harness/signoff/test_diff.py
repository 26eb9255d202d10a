"""What changed between two sets of results."""

import pytest

from harness.run import ResultsError, begin
from harness.run.model import Promise
from harness.signoff.diff import as_text, differences, is_worse
from harness.signoff.judge import merged
from harness.signoff.merge import merge
from tests.harness.signoff.conftest import CUBE, ROOT, failed, run, scenario


def found(before, after):
    return {key: rows for key, rows in differences(merge([before]), merge([after])).items() if rows}


def test_the_same_is_no_difference():
    assert found(run(), run(id="b" * 32)) == {}
    assert as_text(differences(merge([run()]), merge([run()]))) == "nothing changed"


def test_what_broke_is_told_with_its_contract_and_its_root():
    told = found(run(), run(failed(), roots=(ROOT,)))
    assert [row["contract"] for row in told["newly_broken"]] == ["semantic.answers"]
    assert told["roots_new"] == [{"contract": CUBE}]
    assert is_worse(differences(merge([run()]), merge([run(failed())])))


def test_what_was_mended_is_told_and_is_not_worse():
    told = differences(merge([run(failed(), roots=(ROOT,))]), merge([run()]))
    assert [row["scenario"] for row in told["newly_mended"]] == [scenario().scenario]
    assert told["roots_gone"] == [{"contract": CUBE}]
    assert not is_worse(told)


@pytest.mark.parametrize(("after", "slower"), [(0.5, False), (1.9, False), (2.0, True), (9.0, True)])
def test_slower_is_told_from_a_second_and_a_half_more_on(after, slower):
    assert bool(found(run(scenario(seconds=1.0)), run(scenario(seconds=after))).get("slower")) is slower


def test_contracts_that_went_or_came_are_told():
    other = run(promises=(Promise(id="new.one", stage="load", promise="."),))
    told = found(run(), other)
    assert told["contracts_gone"] == [{"contract": CUBE}, {"contract": "semantic.answers"}]
    assert told["contracts_new"] == [{"contract": "new.one"}]


def test_a_contract_that_no_scenario_checks_any_more_is_worse():
    told = differences(merge([run()]), merge([run(scenario(contracts=()))]))
    assert told["contracts_no_longer_checked"] == [{"contract": "semantic.answers"}]
    assert is_worse(told)


def test_half_of_a_run_is_not_compared(tmp_path):
    begin(tmp_path / "half", run(complete=False))
    with pytest.raises(ResultsError, match="half-written"):
        merged([tmp_path / "half"])
