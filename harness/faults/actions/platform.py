"""Actions on keys of platform.yaml, and of the copy of it that the manifests carry."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from pydantic import Field
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from harness.faults.actions.action import Action, Name
from harness.faults.files import Files
from harness.faults.inapplicable import Inapplicable
from harness.faults.pointer import parent_of, parts_of, value_of

_KEY = "the key, as in layers/gold/namespace"
_DEPLOYED = "false: the manifests carry platform.yaml as it was"


class SetPlatform(Action):
    """Set a key of platform.yaml."""

    set_platform: Name = Field(description=_KEY)
    to: Any = Field(description="the value")
    deployed: bool = Field(default=True, description=_DEPLOYED)

    def apply(self, files: Files) -> None:
        """Set it."""

        def change(tree: Any) -> None:
            holder, key = parent_of(tree, parts_of(self.set_platform), "set_platform")
            if not isinstance(holder, dict | list):
                raise Inapplicable("set_platform", f"nothing is below a plain value: {key!r}")
            holder[key] = self.to

        files.change_platform(_on_tree(change), deployed=self.deployed)


class DeletePlatform(Action):
    """Delete a key of platform.yaml."""

    delete_platform: Name = Field(description=_KEY)
    deployed: bool = Field(default=True, description=_DEPLOYED)

    def apply(self, files: Files) -> None:
        """Delete it."""

        def change(tree: Any) -> None:
            holder, key, _ = value_of(tree, parts_of(self.delete_platform), "delete_platform")
            del holder[key]

        files.change_platform(_on_tree(change), deployed=self.deployed)


class RenamePlatform(Action):
    """Rename a key of platform.yaml; what it holds stays."""

    rename_platform: Name = Field(description=_KEY)
    to: Name = Field(description="the key's new name")
    deployed: bool = Field(default=True, description=_DEPLOYED)

    def apply(self, files: Files) -> None:
        """Rename it."""

        def change(tree: Any) -> None:
            holder, key, value = value_of(tree, parts_of(self.rename_platform), "rename_platform")
            if not isinstance(holder, CommentedMap):
                raise Inapplicable("rename_platform", "an entry of a list has no name", expected=_KEY)
            place = list(holder).index(key)
            del holder[key]
            holder.insert(place, self.to, value)

        files.change_platform(_on_tree(change), deployed=self.deployed)


def _on_tree(change: Callable[[Any], None]) -> Callable[[str], str]:
    """Return a change of text that keeps what it does not touch, comments too."""

    def on_text(text: str) -> str:
        yaml = YAML()
        yaml.preserve_quotes = True
        yaml.width = 4096
        tree = yaml.load(text)
        change(tree)
        stream = io.StringIO()
        yaml.dump(tree, stream)
        return stream.getvalue()

    return on_text
