"""Whether a bundle is as it was made, and whether its verdict follows from what is in it."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from harness.errors import HarnessError
from harness.signoff.bundle import read_bundle
from harness.signoff.judge import judge
from harness.signoff.page import as_json
from harness.signoff.policy import read_policy
from harness.signoff.signature import is_signed


@dataclass(frozen=True)
class Verified:
    """What a bundle is worth; `problems`: none when it is as it was made, and its verdict follows from its results."""

    problems: tuple[str, ...]
    signed_off: bool = False
    judged: str = ""


def verify(file: Path, key: Path | None = None, signature: Path | None = None) -> Verified:
    """Verify a bundle; with a public key its signature too (`<bundle>.sig` by default).

    Raises BundleError for what is no bundle or not to be opened.
    """
    bundle = read_bundle(file)
    problems = list(bundle.problems)
    if key is not None and not is_signed(file, signature or file.with_name(f"{file.name}.sig"), key):
        problems.append("it is not signed by this key")
    if problems:
        return Verified(tuple(problems))
    try:
        told = json.loads(bundle.verdict)
        again = _judged_again(file, datetime.fromisoformat(told["judged"]))
    except (HarnessError, ValueError, KeyError, TypeError, OSError) as error:
        return Verified((f"its verdict cannot be judged again: {error}",))
    refused = told.get("signed_off") is not True
    if _compared(told, refused) != _compared(again, refused):
        return Verified(("its verdict does not follow from its results",))
    return Verified((), not refused and bool(again["signed_off"]), str(told["judged"]))


def _judged_again(file: Path, when: datetime) -> dict[str, Any]:
    with TemporaryDirectory(prefix="floe-verify-") as name, zipfile.ZipFile(file) as archive:
        folder = Path(name)
        archive.extractall(folder)  # read_bundle has refused every name that leads elsewhere
        campaigns = sorted((folder / "campaigns").glob("*.json"))
        again = judge([folder / "results"], read_policy(folder / "policy.yaml"), campaigns, when)
        return as_json(again)


def _compared(told: Mapping[str, Any], refused: bool) -> str:
    """Return what must be the same; the reasons of a refusal name folders, which lie elsewhere now, or were empty."""
    left_out = ("reasons", "signed_off") if refused else ()
    return json.dumps({key: value for key, value in told.items() if key not in left_out}, sort_keys=True)
