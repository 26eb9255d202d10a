"""On a real container engine: a stack is started, looked after, changed, removed; the database is enough for that."""

import os
import signal
import subprocess
import sys
import tempfile
import textwrap
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

import environments
from environments import lifecycle
from environments.containers.images import Image, build, is_built, superseded
from environments.containers.removal import MARK
from environments.containers.running import start
from environments.stacks import stacks_folder
from harness.contracts.breach import Breach
from harness.contracts.probe import Probe
from harness.contracts.running import still_runs
from harness.errors import ProvisionError, StartError
from harness.liveness import alive, dead_workloads
from harness.settings import load_settings
from harness.stack import Stack
from harness.systems import engine
from harness.wait import NotYet, wait_for

ROOT = Path(__file__).parents[3]


def settings(**given):
    given = {"environment": "containers", "images": "built", "platform": ROOT / "demo" / "platform.yaml", **given}
    return load_settings(ROOT / "demo", given)


def database_alone(specs):
    return [spec for spec in specs if spec.name == "postgresql"]


def made_by(stack_id):
    """Return what the engine has of a stack."""
    client = engine.connect(engine.find_engine())
    mine = {"label": f"{MARK}={stack_id}"}
    return [*client.containers.list(all=True, filters=mine, ignore_removed=True), *client.networks.list(filters=mine)]


def becomes(condition, holds, limit=40.0):
    def ask():
        if not holds():
            raise NotYet("not so yet")

    wait_for(condition, ask, limit)


@pytest.fixture(autouse=True, scope="module")
def stacks(tmp_path_factory):
    """Stacks of these tests alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tempfile.tempdir", str(tmp_path_factory.mktemp("c")))
        yield


@pytest.fixture(scope="module")
def stack():
    """One that is up; who changes it brings it back."""
    made, reaper = start(settings(), "none", database_alone)
    yield made
    reaper.down()
    reaper.close()
    assert made_by(made.id) == []


def test_what_was_started_runs_and_is_looked_after(stack):
    state = stack.workload("postgresql")
    assert alive(state)
    assert state.version.startswith("floe-harness/postgresql:")
    assert (engine.megabytes(state.container) or 0) > 1
    assert still_runs(Probe(stack, None), "postgresql") == {"runs as": state.runs_as}


def test_its_log_is_written_to_the_stack_s_folder(stack):
    log = stack.workload("postgresql").log
    becomes("the log tells of the start", lambda: log.exists() and "ready to accept connections" in log.read_text())


def test_its_ports_are_published_on_this_machine_alone(stack):
    state = stack.workload("postgresql")
    published = engine.connect(state.container.engine).containers.get(state.container.id).ports["5432/tcp"]
    assert {each["HostIp"] for each in published} == {"127.0.0.1"}
    assert stack.endpoints["database"].endswith(f":{published[0]['HostPort']}/floe")


def test_it_has_a_limit_and_no_rights_that_it_does_not_need(stack):
    state = stack.workload("postgresql")
    host = engine.connect(state.container.engine).containers.get(state.container.id).attrs["HostConfig"]
    assert host["Memory"] == 512 * 2**20
    assert host["CapDrop"] == ["ALL"]
    assert host["SecurityOpt"] == ["no-new-privileges"]


def test_one_that_was_killed_is_dead_and_comes_back(stack):
    back = environments.changed(stack, "postgresql", None)
    assert dead_workloads(stack) == ["postgresql"]
    assert dead_workloads(Stack.read(stack.folder / "stack.json")) == ["postgresql"]
    back()
    assert dead_workloads(stack) == []


def test_a_dead_one_breaks_its_contract_with_the_last_lines_of_its_log(stack):
    log = stack.workload("postgresql").log
    becomes("the log tells of the start", lambda: log.exists() and "ready to accept connections" in log.read_text())
    back = environments.changed(stack, "postgresql", None)
    with pytest.raises(Breach, match="the container of postgresql has ended") as told:
        still_runs(Probe(stack, None), "postgresql")
    back()
    assert "ready to accept connections" in str(told.value)


def test_it_is_started_with_other_variables_and_brought_back(stack):
    def variables():
        state = stack.workload("postgresql")
        return engine.connect(state.container.engine).containers.get(state.container.id).attrs["Config"]["Env"]

    before = sorted(variables())
    back = environments.changed(stack, "postgresql", {"WORD": "other"})
    assert "WORD=other" in variables()
    back()
    assert sorted(variables()) == before
    assert alive(stack.workload("postgresql"))


def test_one_that_dies_ends_the_start_with_its_last_lines_and_leaves_nothing():
    def dies(specs):
        return [replace(spec, command=("sh", "-c", "echo no disk left; exit 7")) for spec in database_alone(specs)]

    before = set(stacks_folder().glob("*/logs"))
    with pytest.raises(StartError) as told:
        start(settings(), "none", dies)
    assert "postgresql died while it started" in str(told.value)
    assert "exit status 7" in str(told.value)
    assert "no disk left" in str(told.value)
    assert "no disk left" in (stacks_folder() / "failed" / "postgresql.log").read_text()
    assert set(stacks_folder().glob("*/logs")) == before


def test_one_without_memory_is_told_as_such():
    def starves(specs):
        hungry = ("sh", "-c", "x=$(head -c 60000000 /dev/zero | tr '\\0' x); echo $x")
        return [replace(spec, memory=16, command=hungry) for spec in database_alone(specs)]

    with pytest.raises(StartError, match="died while it started") as told:
        start(settings(), "none", starves)
    assert "no memory left" in str(told.value)


def test_an_image_that_cannot_be_had_is_told_with_the_way_on():
    def elsewhere(specs):
        return [replace(spec, image="127.0.0.1:1/none:1", own=False) for spec in database_alone(specs)]

    with pytest.raises(ProvisionError, match=r"image 127.0.0.1:1/none:1 cannot be fetched") as told:
        start(settings(), "none", elsewhere)
    assert "--images=built" in str(told.value)


@pytest.fixture
def small(tmp_path, monkeypatch):
    """Return a function that gives an image of one file; what was built of it goes again."""
    (tmp_path / "small").mkdir()
    monkeypatch.setattr("environments.containers.images.table.FOLDER", tmp_path)

    def image(content, dockerfile="FROM scratch\nCOPY file /\n"):
        (tmp_path / "small" / "Dockerfile").write_text(dockerfile)
        (tmp_path / "small" / "file").write_text(content)
        return Image(name="small", title="small", version="1", user=10001)

    yield image
    client = engine.connect(engine.find_engine())
    for built in client.images.list(name="floe-harness/small"):
        client.images.remove(built.id, force=True)


def test_an_image_is_built_once_for_what_it_is_made_from(small):
    client, one = engine.connect(engine.find_engine()), small("one")
    assert [image.tag for image in build(client, [one])] == [one.tag]
    assert is_built(client, one)
    assert build(client, [small("one")]) == []
    other = small("other")
    assert not is_built(client, other)
    assert build(client, [other]) == [other]
    mine = [tag for tag in superseded(client, [other]) if "/small:" in tag]
    assert mine == [one.tag]


def test_an_image_that_cannot_be_built_is_told_with_the_engine_s_words(small):
    with pytest.raises(ProvisionError, match="image small could not be built") as told:
        build(engine.connect(engine.find_engine()), [small("one", "FROM scratch\nCOPY missing /\n")])
    assert "missing" in str(told.value)


def test_a_client_that_is_killed_leaves_nothing():
    client = textwrap.dedent("""
        import sys
        from pathlib import Path
        from environments.containers.running import start
        from harness.settings import load_settings
        given = {"environment": "containers", "images": "built", "platform": Path("demo/platform.yaml")}
        stack, reaper = start(load_settings(Path("demo"), given), "none",
                              lambda specs: [spec for spec in specs if spec.name == "postgresql"])
        print(stack.id, flush=True)
        sys.stdin.read()
    """)
    running = subprocess.Popen(
        [sys.executable, "-c", client],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": tempfile.gettempdir()},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    stack_id = running.stdout.readline().strip()
    assert len(made_by(stack_id)) == 2
    running.send_signal(signal.SIGKILL)
    running.wait()
    becomes("the reaper has removed container and network", lambda: not made_by(stack_id))
    becomes("the folder is gone", lambda: not (stacks_folder() / stack_id).exists())


def test_what_a_killed_reaper_left_goes_with_the_next_sweep():
    made, reaper = start(settings(), "none", database_alone)
    reaper.close()
    (killed,) = processes_of("environments.reaper", made.folder)
    killed.kill()
    killed.wait(10)
    assert made_by(made.id) != []
    assert lifecycle.sweep() == [made.id]
    assert made_by(made.id) == []
    assert processes_of("environments.containers.follow", made.folder) == []


def processes_of(module, folder):
    """Return the processes of a stack that run a module."""
    commands = {process: process.info["cmdline"] or () for process in psutil.process_iter(["cmdline"])}
    return [
        process
        for process, command in commands.items()
        if module in command and any(word.startswith(str(folder)) for word in command)
    ]
