"""What a stack has outside of this machine's processes goes with it, or is kept on the list for another try."""

from environments.reaper import outside
from environments.reaper.cleaning import clean


def test_a_stack_without_anything_outside_goes_whole(tmp_path):
    folder = tmp_path / "s"
    folder.mkdir()
    assert clean("s", [], folder) == [f"removed {folder}"]
    assert not folder.exists()


def test_what_could_not_be_removed_is_told_and_tried_again(tmp_path):
    folder = tmp_path / "s"
    folder.mkdir()
    (folder / "stack.json").write_text("{}")
    outside.hold(folder, "containers", f"unix://{tmp_path}/none.sock")
    for _ in range(2):
        (line,) = clean("s", [], folder)
        assert "could not be cleaned" in line
        assert folder.exists()
        assert not (folder / "stack.json").exists()


def test_the_same_is_written_down_twice_and_removed_once(tmp_path):
    outside.hold(tmp_path, "containers", f"unix://{tmp_path}/none.sock")
    outside.hold(tmp_path, "containers", f"unix://{tmp_path}/none.sock")
    lines, gone = outside.remove(tmp_path, "s")
    assert len(lines) == 1
    assert not gone
