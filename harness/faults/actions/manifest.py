"""Actions on any place of a manifest: securityContexts, images, ports, mounts, whole objects."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from pydantic import Field

from harness.faults.actions.action import Action, Name
from harness.faults.files import PLATFORM, Files
from harness.faults.inapplicable import Inapplicable
from harness.faults.pointer import parent_of, parts_of, value_of
from harness.faults.text import replaced_once

_PLACE = "Kind/name and a path in it, as in `Deployment/floe-cube-api pod/containers/cube/image`"


class Set(Action):
    """Set a place of a manifest to a value."""

    set: Name = Field(description=_PLACE)
    to: Any = Field(description="the value")

    def apply(self, files: Files) -> None:
        """Set it."""
        holder, key = parent_of(*_place(files, self.set, "set"), "set")
        if not isinstance(holder, dict | list):
            raise Inapplicable("set", f"nothing is below a plain value: {key!r}")
        holder[key] = self.to


class Delete(Action):
    """Delete a place of a manifest, or a whole object."""

    delete: Name = Field(
        description=f"{_PLACE}; Kind/name alone is the whole object, * every object that has the place"
    )

    def apply(self, files: Files) -> None:
        """Delete it."""
        if self.delete.startswith("* "):
            self._everywhere(files, parts_of(self.delete[2:]))
            return
        if " " not in self.delete:
            files.objects.remove(files.object(self.delete, "delete"))
            return
        holder, key, _ = value_of(*_place(files, self.delete, "delete"), "delete")
        del holder[key]

    def _everywhere(self, files: Files, parts: list[str]) -> None:
        found = False
        for each in files.objects:
            with suppress(Inapplicable):
                holder, key, _ = value_of(each, parts, "delete")
                del holder[key]
                found = True
        if not found:
            raise Inapplicable("delete", "no object has this place", expected=_PLACE)


class Append(Action):
    """Append a value to a list of a manifest."""

    append: Name = Field(description=_PLACE)
    value: Any = Field(description="the entry")

    def apply(self, files: Files) -> None:
        """Append it."""
        _, _, entries = value_of(*_place(files, self.append, "append"), "append")
        if not isinstance(entries, list):
            raise Inapplicable("append", "this is no list", expected="a list")
        entries.append(self.value)


class Edit(Action):
    """Replace a text inside one value of a manifest, such as a file that a ConfigMap holds."""

    edit: Name = Field(description=_PLACE)
    replace: Name = Field(description="the text, which is there exactly once")
    by: str = Field(description="the text in its place")

    def apply(self, files: Files) -> None:
        """Replace it."""
        holder, key, text = value_of(*_place(files, self.edit, "edit"), "edit")
        if not isinstance(text, str):
            raise Inapplicable("edit", "this is no text", expected="a text")
        holder[key] = replaced_once(text, self.replace, self.by, "replace")


class AddObject(Action):
    """Deploy one object more."""

    add_object: dict[str, Any] = Field(description="the object, as a manifest has it")

    def apply(self, files: Files) -> None:
        """Add it."""
        files.objects.append(self.add_object)


class ReplaceEverywhere(Action):
    """Replace a text in every value of platform.yaml and the manifests: a change that is made consistently."""

    replace_everywhere: Name = Field(description="the text, which is there at least once")
    by: str = Field(description="the text in its place")

    def apply(self, files: Files) -> None:
        """Replace it."""
        file = files.folder / PLATFORM
        before = [*files.objects, file.read_text()]
        after = _replaced(before, self.replace_everywhere, self.by)
        if after == before:
            raise Inapplicable("replace_everywhere", "the text is nowhere", actual=repr(self.replace_everywhere))
        files.objects[:] = after[:-1]
        file.write_text(after[-1])


def _place(files: Files, place: str, key: str) -> tuple[dict[str, Any], list[str]]:
    """Return the object of a place, and the parts of the path in it."""
    name, _, path = place.partition(" ")
    if not path:
        raise Inapplicable(key, "a path in the object is missing", expected=_PLACE)
    return files.object(name, key), parts_of(path, kind=name.partition("/")[0])


def _replaced(value: Any, old: str, new: str) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(inner, old, new) for key, inner in value.items()}
    if isinstance(value, list):
        return [_replaced(inner, old, new) for inner in value]
    return value.replace(old, new) if isinstance(value, str) else value
