"""How a campaign is told: a table and figures for people, JSON for machines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.table import Table

from harness.faults.campaign import Campaign, Silence, Trial
from harness.faults.mending import Judged

_LEFT_OF_ALARMS = 3  # "rule of three": with 0 alarms in n runs, the true rate is below 3/n at 95 % confidence


def as_json(campaign: Campaign) -> dict[str, Any]:
    """Return each fault's outcome, and how many clean and harmless runs raised an alarm."""
    return {
        "faults": [_trial(trial) for trial in campaign.trials],
        "clean": _silence(campaign.clean),
        "harmless": _silence(campaign.harmless),
    }


def as_table(campaign: Campaign) -> Table:
    """Return a row a fault: what was injected, and what was named."""
    table = Table(box=None, pad_edge=False)
    for heading in ("fault", "injected", "first noticed at", "named root", "earliest possible", "correct"):
        table.add_column(heading, overflow="fold", no_wrap=heading == "fault")
    table.add_column("seconds", justify="right")
    for trial in campaign.trials:
        table.add_row(
            trial.fault.id,
            "yes" if trial.injected else "no",
            str(trial.noticed_at or "never"),
            trial.named or "none",
            str(trial.fault.earliest),
            "yes" if trial.correct else "no",
            f"{trial.seconds:.1f}",
        )
    return table


def as_figures(campaign: Campaign) -> str:
    """Return the figures, and what is wrong in each trial or run that is not as it must be."""
    injected = [trial for trial in campaign.trials if trial.injected]
    lines = [f"  {trial.fault.id}: {_wrong(trial)}" for trial in injected if not trial.correct]
    for silence in (campaign.clean, campaign.harmless):
        lines += [f"  false alarm, {who}: {', '.join(map(str, roots))}" for who, roots in silence.alarms]
    if campaign.trials:
        named, early = sum(t.correct for t in campaign.trials), sum(t.at_earliest for t in campaign.trials)
        lines.append(f"named/injected (AC@1)   {_share(named, len(injected))}")
        lines.append(f"at the earliest stage   {_share(early, len(injected))}")
    runs = campaign.clean.runs + campaign.harmless.runs
    alarms = len(campaign.clean.alarms) + len(campaign.harmless.alarms)
    if runs:
        kinds = f"{campaign.clean.runs} clean, {campaign.harmless.runs} harmless"
        lines.append(f"false alarms            {_share(alarms, runs)} ({kinds}){_bound(alarms, runs)}")
    return "\n".join(lines)


def mends_as_table(judged: Iterable[Judged]) -> Table:
    """Return a row a mend: on which fault, and what the contracts say after it."""
    table = Table(box=None, pad_edge=False)
    for heading in ("mend", "fault", "what the contracts say", "as known"):
        table.add_column(heading, overflow="fold", no_wrap=heading == "mend")
    for each in judged:
        said = "could not be judged" if each.problem else each.said
        table.add_row(each.mend.id, each.mend.judged_on, said, "yes" if each.as_known else "no")
    return table


def mends_as_json(judged: Iterable[Judged]) -> dict[str, Any]:
    """Return each mend's outcome."""
    return {
        "mends": [
            {
                "id": each.mend.id,
                "fault": each.mend.judged_on,
                "before": list(each.before),
                "after": list(each.after),
                "holds": each.holds,
                "as_known": each.as_known,
            }
            for each in judged
        ]
    }


def _wrong(trial: Trial) -> str:
    wanted = " ".join([str(trial.fault.named_by), *trial.fault.subject])
    return f"to be named: {wanted}; named: {', '.join(map(str, trial.roots)) or 'nothing'}"


def _bound(alarms: int, runs: int) -> str:
    return "" if alarms else f"; 0 in {runs} shows a rate below {min(1.0, _LEFT_OF_ALARMS / runs):.1%}"


def _share(part: int, whole: int) -> str:
    return f"{part}/{whole}" + (f" = {part / whole:.1%}" if whole else "")


def _trial(trial: Trial) -> dict[str, Any]:
    return {
        "id": trial.fault.id,
        "injected": trial.injected,
        "noticed_at": str(trial.noticed_at) if trial.noticed_at else None,
        "named": trial.named,
        "earliest": str(trial.fault.earliest),
        "correct": trial.correct,
        "at_earliest": trial.at_earliest,
        "seconds": round(trial.seconds, 3),
    }


def _silence(silence: Silence) -> dict[str, int]:
    return {"runs": silence.runs, "alarms": len(silence.alarms)}
