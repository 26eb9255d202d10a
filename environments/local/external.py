"""Servers that the user runs already, in place of a stand-in; each is asked a question before anything starts."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from environments.local.secrets import variable_of
from environments.local.workloads import marquez, polaris
from harness.errors import EnvironmentFailure, UsageError
from harness.settings import Settings
from harness.stack import WorkloadState

_POLARIS_SECRETS = ("polaris-client-id", "polaris-client-secret")


@dataclass(frozen=True)
class External:
    """A server that something outside runs: whose place it takes, where it is, and what it must answer."""

    name: str
    component: str
    url: str
    fact: str
    probe: Callable[[], str | None]

    def check(self) -> WorkloadState:
        """Return its state; raises EnvironmentFailure when it does not answer as it should."""
        try:
            seen = self.probe()
        except Exception as error:  # whatever its client raises is what was seen
            seen = f"{type(error).__name__}: {error}"
        if seen is not None:
            raise EnvironmentFailure(
                f"the {self.name} at {self.url} does not answer",
                expected=self.fact,
                actual=seen,
                next_step=f"start it, or leave --{self.name}-url away: a stand-in takes its place",
            )
        return WorkloadState(name=self.name, component=self.component, kind="external", ready_by=self.fact)


def externals(settings: Settings, secrets: Mapping[str, str]) -> list[External]:
    """Return the servers that the settings name; raises UsageError for an address or a credential that is not one."""
    found = []
    if settings.polaris_url:
        url = _base_url("polaris_url", settings.polaris_url)
        missing = [variable_of(ref) for ref in _POLARIS_SECRETS if not os.environ.get(variable_of(ref))]
        if missing:
            raise UsageError(
                "a Polaris of your own needs its credentials",
                expected="them in the environment",
                actual=f"{' and '.join(missing)} not set",
            )
        asked = polaris.probe(url, *(secrets[ref] for ref in _POLARIS_SECRETS))
        found.append(External("polaris", "catalog", url, "a token is issued by form", asked))
    if settings.marquez_url:
        url = _base_url("marquez_url", settings.marquez_url)
        found.append(External("marquez", "lineage-store", url, marquez.FACT, marquez.probe(url)))
    return found


def _base_url(setting: str, text: str) -> str:
    url = text.rstrip("/")
    try:
        parts = urlsplit(url)
        right = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        right = False
    if not right or parts.path or parts.query or parts.fragment or parts.username:
        raise UsageError(
            f"setting {setting!r} is not allowed", expected="http(s)://host:port, and nothing behind it", actual=text
        )
    return url
