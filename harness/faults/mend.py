"""The model of a mend: a patch that is to make broken contracts hold again, and the proof that it does."""

from __future__ import annotations

from pydantic import Field

from harness.diagnosis import Diagnosis
from harness.faults.actions.action import Name, OneOrMore
from harness.faults.patch import Patch


class Mend(Patch):
    """A mend, as its file describes it; `{subject}` in an action is what the breach is about."""

    _what = "mend"

    title: Name = Field(description="what it does, in a few words")
    mends: OneOrMore = Field(default=(), description="contracts whose breach it is known to mend")
    judged_on: Name | None = Field(default=None, description="the fault that a campaign judges it on")
    leaves: OneOrMore = Field(
        default=(), description="contracts that are broken after it: it is known not to hold; left away: it holds"
    )


def verdict(before: Diagnosis, after: Diagnosis) -> str:
    """Return what a mend has done, in words: proved, or what is broken now."""
    if after.roots:
        broken = ", ".join(f"{root.contract.id} {root.subject}".strip() for root in after.roots)
        return f"does not hold: what is broken now: {broken}"
    undecided = {o.contract.id for o in after.outcomes if o.open} - {o.contract.id for o in before.outcomes if o.open}
    if undecided:
        return f"not proved: {', '.join(sorted(undecided))} could not be evaluated"
    return "proved: the roots are gone"
