"""Figures of fault campaigns, as `harness faults run --json` wrote them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from harness.errors import Location, UsageError


class _Trial(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    injected: bool
    correct: bool
    at_earliest: bool


class _Silence(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    runs: int = Field(ge=0)
    alarms: int = Field(ge=0)


class _Campaign(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    faults: tuple[_Trial, ...]
    clean: _Silence
    harmless: _Silence


class Figures(BaseModel):
    """What the campaigns together show."""

    model_config = ConfigDict(frozen=True)

    faults: int = 0
    injected: int = 0
    named: int = 0
    at_earliest: int = 0
    silent_runs: int = 0
    alarms: int = 0


def read_campaigns(files: Iterable[Path]) -> Figures:
    """Return the sum of campaigns; raises UsageError for a file that is none."""
    campaigns = [_read(file) for file in files]
    trials = [trial for campaign in campaigns for trial in campaign.faults]
    silences = [silence for campaign in campaigns for silence in (campaign.clean, campaign.harmless)]
    return Figures(
        faults=len(trials),
        injected=sum(trial.injected for trial in trials),
        named=sum(trial.correct for trial in trials),
        at_earliest=sum(trial.at_earliest for trial in trials),
        silent_runs=sum(silence.runs for silence in silences),
        alarms=sum(silence.alarms for silence in silences),
    )


def _read(file: Path) -> _Campaign:
    try:
        return _Campaign.model_validate_json(file.read_bytes())
    except OSError as error:
        raise UsageError("cannot be read", actual=error.strerror, location=Location(file)) from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise UsageError(
            "not what a campaign writes",
            actual=first["msg"],
            next_step="harness faults run --all --json FILE",
            location=Location(file, key=".".join(map(str, first["loc"])) or None),
        ) from None
