"""Actions on the environment variables of a workload's container."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import Field

from harness.faults.actions.action import Action, Name, OneOrMore
from harness.faults.files import Files
from harness.faults.inapplicable import Inapplicable
from harness.faults.pointer import parts_of, value_of
from harness.platform.problem import did_you_mean, one_of

_ON = "the workload, Kind/name, or its container, Kind/name/container; or a list of them"


class SetEnv(Action):
    """Set a variable of a container, to a value or to where it is taken from."""

    set_env: Name = Field(description="the variable's name")
    on: OneOrMore = Field(description=_ON)
    to: str | None = Field(default=None, description="its value, a text")
    value_from: dict[str, Any] | None = Field(default=None, description="where it is taken from, as Kubernetes has it")

    def apply(self, files: Files) -> None:
        """Set it."""
        if (self.to is None) is (self.value_from is None):
            raise Inapplicable("set_env", "a variable is set once", expected="either `to` or `value_from`")
        source = {"value": self.to} if self.value_from is None else {"valueFrom": self.value_from}
        for variables in _variables(files, self.on):
            for place, variable in enumerate(variables):
                if variable.get("name") == self.set_env:
                    variables[place] = {"name": self.set_env, **source}
                    break
            else:
                variables.append({"name": self.set_env, **source})


class UnsetEnv(Action):
    """Remove variables of a container."""

    unset_env: OneOrMore = Field(description="the variable's name, or a list of names")
    on: OneOrMore = Field(description=_ON)

    def apply(self, files: Files) -> None:
        """Remove them."""
        for variables in _variables(files, self.on):
            for name in self.unset_env:
                variables.remove(_variable(variables, name, "unset_env"))


class RenameEnv(Action):
    """Give a variable of a container another name."""

    rename_env: Name = Field(description="the variable's name")
    on: OneOrMore = Field(description=_ON)
    to: Name = Field(description="its new name")

    def apply(self, files: Files) -> None:
        """Rename it."""
        for variables in _variables(files, self.on):
            _variable(variables, self.rename_env, "rename_env")["name"] = self.to


def _variables(files: Files, on: tuple[str, ...]) -> Iterator[list[dict[str, Any]]]:
    """Yield the variables of each container, to be changed in place."""
    for name in on:
        kind, _, rest = name.partition("/")
        workload, _, container = rest.partition("/")
        found = files.object(f"{kind}/{workload}", "on")
        _, _, containers = value_of(found, parts_of("pod/containers", kind), "on")
        if not container and len(containers) > 1:
            names = [each["name"] for each in containers]
            raise Inapplicable("on", f"{name!r} has several containers", expected=f"{name}/ and {one_of(names)}")
        _, _, chosen = value_of(containers, [container or "0"], "on")
        yield chosen.setdefault("env", [])


def _variable(variables: list[dict[str, Any]], name: str, key: str) -> dict[str, Any]:
    for variable in variables:
        if variable.get("name") == name:
            return variable
    names = [str(variable.get("name")) for variable in variables]
    raise Inapplicable(key, f"there is no variable {name!r}{did_you_mean(name, names)}", expected=one_of(names))
