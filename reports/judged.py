"""Puts the verdict on a whole run into the record of one scenario."""

from __future__ import annotations

from harness.diagnosis.verdict import Verdict, verdict_as_json
from harness.evidence import mask
from harness.evidence.gather import bounded
from harness.evidence.record import Record, RootRecord


def judged(record: Record, verdict: Verdict) -> Record:
    """Return the record with the run's roots in place of the scenario's own, and each contract as it was judged.

    A passed scenario has no roots, though others may have failed. Where the run has none, the scenario's own stay.
    One that could not reach a system counts as failed where a root explains why, and as broken otherwise.
    """
    if record.status == "passed":
        return record
    record = record.model_copy(deep=True)
    roots = [RootRecord(**root) for root in verdict_as_json(verdict)["roots"] if root.get("contract")]
    record.roots, record.judged = roots or record.roots, True
    if record.node in verdict.unreachable:
        record.status = "failed"
    if record.node in {failure.scenario for failure in verdict.unexplained}:
        record.notes.append("no broken contract explains this failure: flaky, or the harness's fault")
    # What was recorded is masked already, and so are roots as machines are told them.
    held = set(verdict.diagnosis.held)
    broken = {*verdict.diagnosis.broken, *(root.contract for root in record.roots)}
    why = {o.contract.id: o.reason or (o.breach.heading if o.breach else "") for o in verdict.diagnosis.outcomes}
    for one in record.contracts:
        one.state = "broken" if one.id in broken else "held" if one.id in held else one.state
        one.why = one.why or mask(why.get(one.id, ""))
    return bounded(record)
