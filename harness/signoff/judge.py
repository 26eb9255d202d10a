"""From results folders to a judgement."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from harness.errors import Location
from harness.run import ResultsError, find_results, read_results
from harness.signoff.campaigns import read_campaigns
from harness.signoff.merge import Merged, merge
from harness.signoff.page import Judgement
from harness.signoff.policy import Policy
from harness.signoff.rules import Case, reasons


def judge(folders: Iterable[Path], policy: Policy, campaigns: Iterable[Path], now: datetime) -> Judgement:
    """Judge results folders, and campaigns' files, by a policy.

    Raises ResultsError for what is no results folder, UsageError for what is no campaign: then nothing is judged.
    """
    results = tuple(read_results(folder) for folder in find_results(folders))
    merged = merge(each.run for each in results if each.run is not None)
    case = Case(results, merged, read_campaigns(campaigns), now)
    return Judgement(case, policy, reasons(case, policy))


def merged(folders: Iterable[Path]) -> Merged:
    """Return results folders as one, for a comparison; raises ResultsError where one of them proves nothing."""
    results = [read_results(folder) for folder in find_results(folders)]
    for each in results:
        if each.problems:
            raise ResultsError(each.problems[0], location=Location(each.folder))
    return merge(each.run for each in results if each.run is not None)
