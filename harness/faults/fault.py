"""The model of a fault: a defect that can be injected again at will, and what must name it."""

from __future__ import annotations

from pydantic import Field

from harness.contracts.registry import Stage
from harness.faults.actions.action import Name, OneOrMore
from harness.faults.patch import Patch
from harness.stages import Work


class Fault(Patch):
    """A fault, or a harmless change, as its file describes it."""

    _what = "fault"

    seen: Name | None = Field(default=None, description="what a person would see")
    named_by: Name | None = Field(default=None, description="the contract that must name it")
    subject: OneOrMore = Field(default=(), description="what it must name, one or a list; left away: any one")
    earliest: Stage | None = Field(default=None, description="the earliest stage that can know")
    again: tuple[Work, ...] = Field(
        default=(), description="what is done again under it, in order, since what was done before shows nothing of it"
    )
    harmless: bool = Field(default=False, description="true: nothing is wrong with it, and no alarm may be raised")
