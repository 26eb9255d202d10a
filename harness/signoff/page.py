"""The page of a sign-off: the same facts as HTML and as Markdown, by the templates beside this module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from harness.contracts.registry import Stage
from harness.run.model import Run
from harness.signoff.merge import Merged, Result, place_of
from harness.signoff.policy import Policy
from harness.signoff.rules import Case, Reason

FORMAT = "floe-harness.signoff/1"


@dataclass(frozen=True)
class Judgement:
    """A sign-off, or its refusal with the reasons."""

    case: Case
    policy: Policy
    reasons: tuple[Reason, ...]

    @property
    def signed_off(self) -> bool:
        """Whether nothing stands against it."""
        return not self.reasons


def as_json(judgement: Judgement) -> dict[str, Any]:
    """Return the verdict for machines, with everything that the page shows."""
    case, merged = judgement.case, judgement.case.merged
    return {
        "format": FORMAT,
        "signed_off": judgement.signed_off,
        "judged": case.now.isoformat(timespec="seconds"),
        "reasons": [asdict(reason) for reason in judgement.reasons],
        "policy": judgement.policy.model_dump(mode="json"),
        "runs": [_run(run) for run in merged.runs],
        "roots": [root.model_dump(mode="json") | _shown_by(root.fingerprint, merged) for root in merged.roots],
        "stages": _stages(merged),
        "flaky": [_flaky(one) for one in merged.results if one.scenario.status == "flaky"],
        "not_passed": [_not_passed(one) for one in merged.results if not one.proves],
        "not_run": [{"place": place, "scenario": id} for place, id in merged.missing],
        "contracts": _contracts(merged),
        "requirements": _requirements(merged),
        "campaign": case.figures.model_dump(),
    }


def as_html(told: Mapping[str, Any]) -> str:
    """Return the page in HTML, one file that loads nothing, of what `as_json` returns."""
    return _render("page.html.j2", told, escaped=True)


def as_markdown(told: Mapping[str, Any]) -> str:
    """Return the page in Markdown, of what `as_json` returns."""
    return _render("page.md.j2", told, escaped=False)


def _render(template: str, told: Mapping[str, Any], escaped: bool) -> str:
    environment = Environment(
        loader=PackageLoader("harness.signoff", "templates"),
        autoescape=escaped,  # noqa: S701 - Markdown has an escaping of its own: the filter `cell`
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["cell"] = _cell
    environment.filters["day"] = lambda text: datetime.fromisoformat(text).strftime("%Y-%m-%d %H:%M")
    return environment.get_template(template).render(**told)


def _cell(text: object) -> str:
    """Return a text as it stands in a cell of a Markdown table, where nothing of it is markup."""
    words = " ".join(str(text).split())
    return "".join(f"\\{c}" if c in r"\`*_{}[]<>#|!" else c for c in words)


def _run(run: Run) -> dict[str, Any]:
    kinds = {kind: [w for w in run.workloads if w.kind == kind] for kind in ("real", "stand-in", "external")}
    return {
        "id": run.id,
        "place": place_of(run),
        "environment": run.environment,
        "shard": run.shard,
        "retry_of": run.retry_of,
        "left_out": {why: list(ids) for why, ids in run.left_out.items()},
        "commit": run.git.commit if run.git else None,
        "dirty": run.git.dirty if run.git else None,
        "platform_digest": run.platform_digest,
        "code_digest": run.code_digest,
        "begun": run.begun.isoformat(timespec="seconds"),
        "ended": run.ended.isoformat(timespec="seconds") if run.ended else None,
        "scenarios": len(run.scenarios),
        "passed": sum(one.status == "passed" for one in run.scenarios),
        "machine": run.machine.model_dump(),
        "harness_version": run.harness_version,
        **{kind: [{"name": w.name, "version": w.version, "image": w.image} for w in kinds[kind]] for kind in kinds},
    }


def _shown_by(fingerprint: str, merged: Merged) -> dict[str, Any]:
    shown = [one for one in merged.results if one.scenario.cause and one.scenario.cause.root == fingerprint]
    return {
        "places": sorted({one.place for one in shown}),
        "scenarios": sorted({one.scenario.scenario for one in shown}),
    }


def _stages(merged: Merged) -> list[dict[str, Any]]:
    """Return a row a stage: passed of scenarios, and seconds, of each place."""
    names = dict.fromkeys((*map(str, Stage), *sorted({one.scenario.stage for one in merged.results})))
    rows = []
    for name in names:
        of_stage = [one for one in merged.results if one.scenario.stage == name]
        if of_stage:
            rows.append({"stage": name, "places": [_figures(place, of_stage) for place in merged.places]})
    return rows


def _figures(place: str, results: list[Result]) -> dict[str, Any]:
    here = [one for one in results if one.place == place]
    return {
        "place": place,
        "passed": sum(one.proves for one in here),
        "scenarios": len(here),
        "seconds": round(sum(one.scenario.seconds for one in here), 1),
    }


def _flaky(one: Result) -> dict[str, Any]:
    cause = one.first.cause if one.first else None
    return {"place": one.place, "scenario": one.scenario.scenario, "first": cause.told if cause else "nothing was run"}


def _not_passed(one: Result) -> dict[str, Any]:
    cause = one.scenario.cause
    return {
        "place": one.place,
        "scenario": one.scenario.scenario,
        "status": one.scenario.status,
        "blame": cause.blame if cause else None,
        "contract": cause.contract if cause else None,
        "root": cause.root if cause else None,
        "fingerprint": cause.fingerprint if cause else None,
        "told": cause.told if cause else "",
    }


def _contracts(merged: Merged) -> list[dict[str, Any]]:
    """Return a row a contract: the scenarios that checked it, what came of them, the requirements they are tagged with.

    `status`: `not covered` where no scenario checked it.
    """
    checked: dict[str, list[Result]] = {id: [] for id in merged.promises}
    for one in merged.results:
        for id in one.scenario.contracts:
            checked.setdefault(id, []).append(one)
    order = [str(stage) for stage in Stage]
    rows = []
    for id, results in checked.items():
        stage, promise = merged.promises.get(id, ("", ""))
        rows.append(
            {
                "contract": id,
                "stage": stage,
                "promise": promise,
                "status": _status(results),
                "scenarios": [_checked_by(one) for one in results],
                "requirements": sorted({tag for one in results for tag in _required(one)}),
            }
        )
    return sorted(
        rows, key=lambda row: (order.index(row["stage"]) if row["stage"] in order else len(order), row["contract"])
    )


def _status(results: list[Result]) -> str:
    if not results:
        return "not covered"
    return next((s for s in ("failed", "broken", "skipped", "flaky") if _any(results, s)), "passed")


def _any(results: list[Result], status: str) -> bool:
    return any(one.scenario.status == status for one in results)


def _checked_by(one: Result) -> dict[str, str]:
    return {"scenario": one.scenario.scenario, "place": one.place, "status": one.scenario.status}


def _required(one: Result) -> list[str]:
    return [tag.removeprefix("req:") for tag in one.scenario.tags if tag.startswith("req:")]


def _requirements(merged: Merged) -> list[dict[str, Any]]:
    """Return a row a requirement: the scenarios that are tagged with it, and whether all of them passed."""
    tagged: dict[str, list[Result]] = {}
    for one in merged.results:
        for name in _required(one):
            tagged.setdefault(name, []).append(one)
    return [
        {"requirement": name, "status": _status(tagged[name]), "scenarios": [_checked_by(one) for one in tagged[name]]}
        for name in sorted(tagged)
    ]
