"""The credentials of a platform that runs already: the environment, the keyring, or its own Secrets; never arguments.

Each is asked for by the `secret_ref` that platform.yaml has, and where one is found in several places the first counts.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from environments.local.secrets import variable_of
from harness.errors import UsageError
from harness.platform import Platform

KEYRING = "floe-harness"  # the service under which the keyring has them; the user is `<platform>/<secret_ref>`
Source = Callable[[str], str | None]  # a secret_ref -> its value, None where it is not there


def needed(platform: Platform) -> tuple[str, ...]:
    """Return the secrets that clients of a platform ask for."""
    store = str(next(iter(platform.storage.values())).credentials.secret_ref)
    catalog = platform.catalog.credentials
    return (
        f"{store}.access-key-id",
        f"{store}.secret-access-key",
        catalog.client_id.secret_ref,
        catalog.client_secret.secret_ref,
        "cube-api-secret",
        "postgres-password",
    )


def collect(name: str, refs: Iterable[str], further: Source = lambda ref: None) -> dict[str, str]:
    """Return each secret's value; raises UsageError that names all that are nowhere.

    `name`: of the platform. `further`: asked for what neither the environment nor the keyring has.
    """
    sources: tuple[Source, ...] = (from_environment, from_keyring(name), further)
    found = {ref: next((value for source in sources if (value := source(ref))), None) for ref in refs}
    missing = [ref for ref, value in found.items() if value is None]
    if missing:
        raise UsageError(
            f"credentials of {name} are missing",
            expected="each in the environment, in the keyring, or (with --context) in a Secret of the namespace",
            actual="\n".join(f"{ref}: {variable_of(ref)} is not set" for ref in missing),
            next_step=f"set them, or: keyring set {KEYRING} {name}/{missing[0]}",
        )
    return {ref: value for ref, value in found.items() if value is not None}


def from_environment(ref: str) -> str | None:
    """Return what the environment has of a secret, as `local` has it."""
    return os.environ.get(variable_of(ref))


def from_keyring(name: str) -> Source:
    """Return what asks the user's keyring for the secrets of a platform; it has none where there is no keyring."""
    try:
        import keyring  # an extra: most have none
        from keyring.errors import KeyringError
    except ImportError:
        return lambda ref: None

    def ask(ref: str) -> str | None:
        try:
            value: str | None = keyring.get_password(KEYRING, f"{name}/{ref}")
        except KeyringError:  # locked, or no backend: as good as none
            return None
        return value

    return ask
