"""A Cube data model as its files say it, without Cube: JavaScript or YAML, read and never run."""

from harness.systems.cube_files.model import Cube, CubeModel, Member, Path, read_cube
from harness.systems.cube_files.text import Expression, Text

__all__ = ["Cube", "CubeModel", "Expression", "Member", "Path", "Text", "read_cube"]
