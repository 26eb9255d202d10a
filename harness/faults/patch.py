"""A patch: actions that change a platform's files or a running stack; faults and mends are both patches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr

from harness.faults.actions.action import Action, LiveAction, Name
from harness.faults.files import Files
from harness.faults.inapplicable import Inapplicable
from harness.faults.live import Live
from harness.platform.document import Document
from harness.platform.problem import Mistake, PlatformErrors, Problem


def _kebab(value: str) -> str:
    if not value or not all(part.isalnum() and part == part.lower() for part in value.split("-")):
        raise ValueError("small letters and digits, with - between words")
    return value


class Patch(BaseModel):
    """What is changed, as a file describes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    _what = "patch"  # what a user is told that it is

    id: Annotated[str, AfterValidator(_kebab)] = Field(description="its name, as in cube-without-telemetry")
    title: Name = Field(description="what is wrong, in a few words")
    environments: tuple[Literal["none", "local"], ...] = Field(
        default=("none",),
        description="where it can be injected: none (nothing runs, copies of files are changed) or local",
    )
    actions: tuple[Action, ...] = Field(min_length=1, description="what is changed, in order")
    _document: Document = PrivateAttr()

    @property
    def file(self) -> Path:
        """Where it is written."""
        return self._document.file

    def inject(self, files: Files) -> None:
        """Change a copy of the platform's files.

        Raises PlatformErrors, with the action's place in the patch's file, where the platform is not what it says.
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

    def apply_live(self, live: Live) -> ExitStack:
        """Change a running stack, and return what undoes it when it is closed; raises PlatformErrors, all undone."""
        with ExitStack() as undo:
            for place, action in enumerate(self.actions):
                assert isinstance(action, LiveAction)
                try:
                    undo.callback(action.apply_live(live))
                except Inapplicable as why:
                    raise self._inapplicable(place, why) from None
            return undo.pop_all()

    @contextmanager
    def injected(self, live: Live) -> Iterator[None]:
        """Change a running stack, and undo it at the end, the last action first; raises PlatformErrors."""
        with self.apply_live(live):
            yield

    def _inapplicable(self, place: int, why: Inapplicable) -> PlatformErrors:
        path = ("actions", place, why.key)
        problem = Problem(path, f"{self._what} {self.id!r} cannot be injected: {why.what}", why.expected, why.actual)
        return PlatformErrors([Mistake(problem, self._document.locate(path))])
