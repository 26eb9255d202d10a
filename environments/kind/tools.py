"""The user's own kind, helm and kubectl."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence

from harness.errors import EnvironmentFailure

_WHERE = {
    "kind": "https://kind.sigs.k8s.io/docs/user/quick-start/#installation",
    "helm": "https://helm.sh/docs/intro/install/",
    "kubectl": "https://kubernetes.io/docs/tasks/tools/",
}
_LIMIT = 420.0  # seconds that a command may take


def check_tools(names: Sequence[str] = tuple(_WHERE)) -> None:
    """Raise EnvironmentFailure that names each tool that is not on PATH."""
    if missing := [name for name in names if shutil.which(name) is None]:
        raise EnvironmentFailure(
            f"{', '.join(missing)} not found",
            expected=f"{', '.join(names)} on PATH",
            next_step="\n".join(f"{name}: {_WHERE[name]}" for name in missing) + "\n--env=local needs none of them",
        )


def run(command: Sequence[str], *, given: str | None = None, env: Mapping[str, str] | None = None) -> str:
    """Run a tool to its end, and return what it printed; `given` goes to its standard input.

    Raises EnvironmentFailure with its own words when it is not there, fails, or takes longer than seven minutes.
    """
    shown = " ".join(command[:3])
    try:
        done = subprocess.run(
            command, input=given, capture_output=True, text=True, timeout=_LIMIT, check=False, env=env
        )
    except FileNotFoundError:
        check_tools([command[0]])
        raise
    except subprocess.TimeoutExpired:
        raise EnvironmentFailure(f"{shown} did not end", expected=f"an end within {_LIMIT:.0f} s") from None
    if done.returncode:
        raise EnvironmentFailure(f"{shown} failed", actual=(done.stderr or done.stdout).strip()[-2000:])
    return done.stdout
