"""What every action of a fault is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints

from harness.faults.files import Files
from harness.faults.inapplicable import Inapplicable

if TYPE_CHECKING:
    from harness.faults.live import Live, Undo

Name = Annotated[str, StringConstraints(min_length=1)]


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


OneOrMore = Annotated[tuple[Name, ...], BeforeValidator(_listed)]


class Action(BaseModel):
    """One change of a platform's files; its first field is its verb, by which a fault's file names it."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)

    @classmethod
    def verb(cls) -> str:
        """Return the key that names the action."""
        return next(iter(cls.model_fields))

    def apply(self, files: Files) -> None:
        """Change the files; raises Inapplicable where they are not what the action says."""
        raise NotImplementedError


class LiveAction(Action):
    """One change of a running stack, which undoes itself."""

    def apply(self, files: Files) -> None:
        """Raise Inapplicable: files do not run."""
        raise Inapplicable(self.verb(), "this changes what runs", expected="environments: [local]")

    def apply_live(self, live: Live) -> Undo:
        """Change the stack, and return what undoes it; raises Inapplicable where it is not what the action says."""
        raise NotImplementedError
