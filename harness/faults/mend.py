"""The model of a mend: a patch that is to make broken contracts hold again, and the proof that it does."""

from __future__ import annotations

from pydantic import Field

from harness.diagnosis import Diagnosis
from harness.faults.actions.action import Name, OneOrMore
from harness.faults.patch import Patch


class Mend(Patch):
    """A mend, as its file describes it; `{workload}` in an action is the one whose breach it mends."""

    _what = "mend"

    title: Name = Field(description="what it does, in a few words")
    mends: OneOrMore = Field(default=(), description="contracts whose breach it is known to mend")
    judged_on: Name | None = Field(default=None, description="the fault that a campaign judges it on")
    leaves: OneOrMore = Field(
        default=(), description="contracts that are broken after it: it is known not to hold; left away: it holds"
    )

    def on(self, workload: str) -> Mend:
        """Return the mend of one workload."""
        actions = tuple(
            type(action).model_validate(
                {
                    key: value.replace("{workload}", workload) if isinstance(value, str) else value
                    for key, value in action.model_dump(exclude_unset=True).items()
                }
            )
            for action in self.actions
        )
        mend = self.model_copy(update={"actions": actions})
        mend._document = self._document
        return mend


def verdict(before: Diagnosis, after: Diagnosis) -> str:
    """Return what a mend has done, in words: proved, or what is broken now."""
    if after.roots:
        broken = ", ".join(f"{root.contract.id} {root.subject}".strip() for root in after.roots)
        return f"does not hold: what is broken now: {broken}"
    undecided = {o.contract.id for o in after.outcomes if o.open} - {o.contract.id for o in before.outcomes if o.open}
    if undecided:
        return f"not proved: {', '.join(sorted(undecided))} could not be evaluated"
    return "proved: the roots are gone"
