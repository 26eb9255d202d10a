"""The model of a fault: a defect that can be injected again at will, and what must name it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr

from harness.contracts.registry import Stage
from harness.faults.actions.action import Action, LiveAction, Name, OneOrMore
from harness.faults.files import Files
from harness.faults.inapplicable import Inapplicable
from harness.faults.live import Live
from harness.platform.document import Document
from harness.platform.problem import Mistake, PlatformErrors, Problem


def _kebab(value: str) -> str:
    if not value or not all(part.isalnum() and part == part.lower() for part in value.split("-")):
        raise ValueError("small letters and digits, with - between words")
    return value


class Fault(BaseModel):
    """A fault, or a harmless change, as its file describes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, AfterValidator(_kebab)] = Field(description="its name, as in cube-without-telemetry")
    title: Name = Field(description="what is wrong, in a few words")
    seen: Name | None = Field(default=None, description="what a person would see")
    named_by: Name | None = Field(default=None, description="the contract that must name it")
    subject: OneOrMore = Field(default=(), description="what it must name, one or a list; left away: any one")
    earliest: Stage | None = Field(default=None, description="the earliest stage that can know")
    environments: tuple[Literal["none", "local"], ...] = Field(
        default=("none",),
        description="where it can be injected: none (nothing runs, copies of files are changed) or local",
    )
    harmless: bool = Field(default=False, description="true: nothing is wrong with it, and no alarm may be raised")
    actions: tuple[Action, ...] = Field(min_length=1, description="what is changed, in order")
    _document: Document = PrivateAttr()

    @property
    def file(self) -> Path:
        """Where it is written."""
        return self._document.file

    def inject(self, files: Files) -> None:
        """Change a copy of the platform's files.

        Raises PlatformErrors, with the action's place in the fault's file, where the platform is not what it says.
        """
        for place, action in enumerate(self.actions):
            try:
                action.apply(files)
            except Inapplicable as why:
                raise self._inapplicable(place, why) from None
            except OSError as error:
                raise self._inapplicable(place, Inapplicable(action.verb(), str(error.strerror))) from None
        files.save()

    @property
    def live(self) -> bool:
        """Whether it is injected into a running stack."""
        return self.environments != ("none",)

    @contextmanager
    def injected(self, live: Live) -> Iterator[None]:
        """Change a running stack, and undo it at the end, the last action first; raises PlatformErrors."""
        with ExitStack() as undo:
            for place, action in enumerate(self.actions):
                assert isinstance(action, LiveAction)
                try:
                    undo.callback(action.apply_live(live))
                except Inapplicable as why:
                    raise self._inapplicable(place, why) from None
            yield

    def _inapplicable(self, place: int, why: Inapplicable) -> PlatformErrors:
        path = ("actions", place, why.key)
        problem = Problem(path, f"fault {self.id!r} cannot be injected: {why.what}", why.expected, why.actual)
        return PlatformErrors([Mistake(problem, self._document.locate(path))])
