"""Actions on files of the platform: Dagster code, dbt project, Cube model, compiled artifacts."""

from __future__ import annotations

from pydantic import Field

from harness.faults.actions.action import Action, Name
from harness.faults.files import Files
from harness.faults.inapplicable import Inapplicable
from harness.faults.text import replaced_once

_FILE = "its path below the platform's folder, as in pipeline/bronze.py"


class EditFile(Action):
    """Replace a text of a file."""

    edit_file: Name = Field(description=_FILE)
    replace: Name = Field(description="the text, which is there exactly once")
    by: str = Field(description="the text in its place")

    def apply(self, files: Files) -> None:
        """Replace it."""
        file = files.file(self.edit_file, "edit_file")
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise Inapplicable("edit_file", "this is no text", expected="UTF-8") from None
        file.write_text(replaced_once(text, self.replace, self.by, "replace"), encoding="utf-8")


class WriteFile(Action):
    """Write a file: a new one, or in place of what is there."""

    write_file: Name = Field(description=_FILE)
    text: str = Field(description="the whole of it")

    def apply(self, files: Files) -> None:
        """Write it."""
        file = files.file(self.write_file, "write_file", there=False)
        if file.is_dir():
            raise Inapplicable("write_file", "this is a folder", expected=_FILE)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(self.text, encoding="utf-8")


class DeleteFile(Action):
    """Delete a file."""

    delete_file: Name = Field(description=_FILE)

    def apply(self, files: Files) -> None:
        """Delete it."""
        files.file(self.delete_file, "delete_file").unlink()


class RenameFile(Action):
    """Rename or move a file."""

    rename_file: Name = Field(description=_FILE)
    to: Name = Field(description="its new path, likewise")

    def apply(self, files: Files) -> None:
        """Rename it."""
        file, target = files.file(self.rename_file, "rename_file"), files.file(self.to, "to", there=False)
        if target.exists():
            raise Inapplicable("to", f"there is a file {self.to!r}", expected="a name that is free")
        target.parent.mkdir(parents=True, exist_ok=True)
        file.rename(target)
