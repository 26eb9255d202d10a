"""How a diagnosis is told: one shape for machines, one for people, the same for every command."""

from __future__ import annotations

from typing import Any

from harness.contracts.breach import Breach
from harness.diagnosis.evaluate import Diagnosis, Outcome
from harness.evidence.masking import mask

_SHOWN = 8  # contracts that broke with a root, by name


def as_json(diagnosis: Diagnosis) -> dict[str, Any]:
    """Return the roots and how many contracts hold, are broken, and were not evaluated."""
    return {
        "roots": [breach_as_json(root.breach) for root in diagnosis.roots if root.breach],
        "held": len(diagnosis.held),
        "broken": len(diagnosis.broken),
        "not_evaluated": len(diagnosis.not_evaluated),
    }


def as_text(diagnosis: Diagnosis) -> str:
    """Return every root with what was expected, what is there, mend and what broke with it; the sums come last."""
    roots = [_told(diagnosis, root) for root in diagnosis.roots]
    sums = f"{len(diagnosis.held)} contracts hold, {len(diagnosis.broken)} broken"
    if diagnosis.not_evaluated:
        sums += f", {len(diagnosis.not_evaluated)} not evaluated"
    return "\n\n".join([*roots, sums])


def undecided(diagnosis: Diagnosis) -> list[str]:
    """Return a line for each reason for which contracts could not be evaluated, though no root stood in their way."""
    reasons: dict[str, dict[str, None]] = {}
    for outcome in diagnosis.outcomes:
        if outcome.open:
            reasons.setdefault(mask(str(outcome.reason)), {})[outcome.contract.id] = None
    return [f"not evaluated: {_listed(list(ids))} ({reason})" for reason, ids in reasons.items()]


def breach_as_json(breach: Breach) -> dict[str, Any]:
    """Return a breach as machines are told it."""
    return {
        "contract": breach.contract,
        "stage": breach.stage,
        "subject": breach.subject or None,
        "expected": _masked(breach.expected),
        "actual": _masked(breach.actual or breach.heading),
        "mend": breach.mend,
        "location": str(breach.location) if breach.location else None,
    }


def _told(diagnosis: Diagnosis, root: Outcome) -> str:
    breach = root.breach
    assert breach is not None
    lines = [f"{root.contract.id}  broken at stage {root.contract.stage}"]
    if place := "  ".join(str(part) for part in (breach.subject, breach.location) if part):
        lines.append(f"  {place}")
    lines.append(f"  {breach.heading}")
    fields = (
        ("expected", _masked(breach.expected)),
        ("actual", _masked(breach.actual)),
        ("because", _masked(breach.evidence)),
        ("mend", breach.mend),
    )
    for label, text in fields:
        if text:
            first, *rest = text.splitlines()
            lines.append(f"  {label:<9} {first}")
            lines.extend(f"  {'':<9} {line}" for line in rest)
    along = list(dict.fromkeys(outcome.contract.id for outcome in diagnosis.broke_with(root)))
    if along:
        lines.append(f"  broke with it: {_listed(along)}")
    return "\n".join(lines)


def _listed(ids: list[str]) -> str:
    more = f", {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
    return f"{', '.join(ids[:_SHOWN])}{more}"


def _masked(text: str | None) -> str | None:
    return mask(text) if text else text
