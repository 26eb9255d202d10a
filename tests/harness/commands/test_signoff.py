"""`harness signoff`: exit status, pages and verdict; nothing is written where nothing can be judged."""

import json
import re
import sys
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from harness import cli
from tests.harness.signoff.conftest import CUBE, ROOT, failed, folder_of, run, scenario

__all__ = ["folder_of"]
POLICY = "stages: [semantic]\n"


@pytest.fixture
def signoff(tmp_path, monkeypatch, capsys):
    """Return a function that runs the command in a folder of its own, and says what it wrote and how it ended."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments, policy=POLICY):
        (tmp_path / "signoff.yaml").write_text(policy)
        monkeypatch.setattr(sys, "argv", ["harness", "signoff", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        told = capsys.readouterr()
        return SimpleNamespace(returncode=int(ended.value.code or 0), stdout=told.out, stderr=told.err)

    return call


def fresh(*scenarios, **changes):
    now = datetime.now(UTC)
    return run(*scenarios, begun=now, ended=now, **changes)


def pages(tmp_path):
    folder = tmp_path / ".harness" / "signoff"
    return json.loads((folder / "signoff.json").read_text()), (folder / "signoff.html").read_text()


def test_a_good_run_is_signed_off(tmp_path, folder_of, signoff):
    done = signoff(folder_of(fresh()))
    assert (done.returncode, done.stderr) == (0, "")
    verdict, page = pages(tmp_path)
    assert verdict["signed_off"] is True
    assert '<h1 class="good">Signed off</h1>' in page
    assert [row["status"] for row in verdict["contracts"]] == ["not covered", "passed"]  # by stage, then by id


def test_a_broken_one_is_not_and_every_page_names_the_root(tmp_path, folder_of, signoff):
    done = signoff(folder_of(fresh(failed(), roots=(ROOT,))))
    assert done.returncode == 1
    verdict, page = pages(tmp_path)
    assert verdict["signed_off"] is False
    assert [root["contract"] for root in verdict["roots"]] == [CUBE]
    markdown = (tmp_path / ".harness" / "signoff" / "signoff.md").read_text()
    for text in (done.stdout, page, markdown):
        assert CUBE in text
        assert "Signed off" not in text


def test_a_wrong_policy_is_exit_status_2_and_no_page(tmp_path, folder_of, signoff):
    done = signoff(folder_of(fresh()), policy="stagse: [semantic]\n")
    assert done.returncode == 2
    assert "did you mean 'stages'?" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / ".harness").exists()


def test_a_folder_that_is_not_there_is_exit_status_2_and_no_page(tmp_path, signoff):
    done = signoff("none")
    assert done.returncode == 2
    assert "no such folder" in done.stderr
    assert not (tmp_path / ".harness").exists()


def test_what_a_run_tells_is_no_markup(tmp_path, folder_of, signoff):
    name = "<script>alert(1)</script> | `x` & [a](b)"
    signoff(folder_of(fresh(failed(name), roots=(ROOT,))))
    _, page = pages(tmp_path)
    assert "<script" not in page
    assert "&lt;none&gt;" in page
    markdown = (tmp_path / ".harness" / "signoff" / "signoff.md").read_text()
    rows = [line for line in markdown.splitlines() if "alert" in line]
    assert rows
    assert not any(re.search(r"(?<!\\)<", row) for row in rows)


def test_requirements_lead_to_scenarios_and_contracts(tmp_path, folder_of, signoff):
    signoff(folder_of(fresh(scenario(tags=("req:F-1", "req:F-2")))))
    verdict, _ = pages(tmp_path)
    assert [row["requirement"] for row in verdict["requirements"]] == ["F-1", "F-2"]
    assert verdict["contracts"][1]["requirements"] == ["F-1", "F-2"]


def test_the_same_results_make_the_same_page_but_for_the_date(tmp_path, folder_of, signoff):
    folders = [folder_of(fresh()), folder_of(fresh(id="b" * 32, environment="kind"))]
    told = []
    for given in (folders, folders[::-1]):
        signoff(*given)
        verdict, page = pages(tmp_path)
        told.append((verdict | {"judged": ""}, re.sub(r"<time>.*?</time>", "", page)))
    assert told[0] == told[1]
