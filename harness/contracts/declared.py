"""What a feature says against what the platform's owner has declared in expectations.yaml."""

from __future__ import annotations

from harness.errors import UsageError


def declared_is(what: str, said: object, declared: object) -> None:
    """Raise UsageError when a feature and the expectations disagree: one of the two files is out of date."""
    if said != declared:
        raise UsageError(
            f"the feature and expectations.yaml disagree about the {what}",
            expected=f"{said} (feature)",
            actual=f"{declared} (expectations.yaml)",
            next_step="bring the one that is out of date up to date",
        )
