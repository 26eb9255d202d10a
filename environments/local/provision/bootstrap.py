"""`python3 environments/local/provision/bootstrap.py`: makes `.venv` with what the set-up itself needs, by uv.

The first thing that `make setup` runs, with the machine's Python and its standard library alone. What it makes:
`.boot`, an environment with uv in it (unless PATH has one that is new enough), and `.venv` with the dependency group
`setup`; everything else follows from there, side by side, by `python -m environments.local.provision`.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
from pathlib import Path

UV = (0, 13, 9)
PYTHONS = ((3, 11), (3, 13))  # oldest and newest, both included
PROJECT = Path(__file__).resolve().parents[3]
BOOT, VENV = PROJECT / ".boot", PROJECT / ".venv"
STAMP = VENV / ".floe-setup"


class Failure(Exception):
    """What the user is told: a heading and what to do next."""


def main() -> int:
    """Make what is missing; return the exit status."""
    try:
        _check_python()
        if _is_current():
            return 0
        handle = os.open(PROJECT, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)  # two that start at once: the second finds it made
            if not _is_current():
                _make()
        finally:
            os.close(handle)
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"the set-up cannot begin: {error}", file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        return 130
    return 0


def _check_python() -> None:
    if not PYTHONS[0] <= sys.version_info[:2] <= PYTHONS[1]:
        oldest, newest = (".".join(map(str, version)) for version in PYTHONS)
        raise Failure(
            f"Python {sys.version.split()[0]} cannot run the harness\n"
            f"  expected  {oldest} to {newest}\n"
            f"  next      make PYTHON=python{newest} …"
        )


def _wanted() -> str:
    """Return what decides that `.venv` is current: the lock, and where it lies, for its scripts hold its path."""
    lock = hashlib.sha256((PROJECT / "uv.lock").read_bytes()).hexdigest()
    return json.dumps({"lock": lock, "venv": str(VENV)})


def _is_current() -> bool:
    try:
        return STAMP.read_text() == _wanted() and os.access(VENV / "bin" / "python", os.X_OK)
    except OSError:
        return False


def _make() -> None:
    uv = _uv()
    if not _is_usable():
        _say(f"making {VENV.name} with Python {sys.version.split()[0]}")
        _run([uv, "venv", "--quiet", "--clear", "--python", _base_python(), str(VENV)])
    _say("fetching what the set-up needs")
    _run([uv, "sync", "--quiet", "--locked", "--inexact", "--only-group", "setup"])
    STAMP.write_text(_wanted())


def _is_usable() -> bool:
    """Tell whether `.venv` was made here, and by a Python that is still there."""
    try:
        if json.loads(STAMP.read_text())["venv"] != str(VENV):
            return False
    except (OSError, ValueError, KeyError):
        pass  # a break before the stamp was written: what is there may be good
    python = VENV / "bin" / "python"
    return os.access(python, os.X_OK) and subprocess.run([python, "-c", ""], check=False).returncode == 0


def _base_python() -> str:
    """Return the Python behind any environment that this runs in, so that `.venv` outlives it."""
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def _uv() -> str:
    """Return the path of a uv: `.boot`'s, PATH's when it is new enough, or one fetched into `.boot`."""
    own = BOOT / "bin" / "uv"
    if _uv_version(own) >= UV:
        return str(own)
    found = shutil.which("uv")
    if found and _uv_version(found) >= UV:
        return found
    wanted = ".".join(map(str, UV))
    _say(f"fetching uv {wanted}")
    _run(
        [sys.executable, "-m", "venv", "--clear", str(BOOT)],
        "on Debian and Ubuntu: apt-get install python3-venv; or put uv on PATH",
    )
    _run([str(BOOT / "bin" / "python"), "-m", "pip", "install", "--quiet", f"uv=={wanted}"])
    return str(own)


def _uv_version(program: Path | str) -> tuple[int, ...]:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return ()
    return tuple(int(number) for number in re.findall(r"\d+", said)[:3])


def trusting() -> dict[str, str]:
    """Return variables that let uv and Node trust what the system trusts, as pip and Go do: a proxy's certificate, say.

    Where the system has no certificates at all (a bare container), theirs are used.
    """
    known = ssl.get_default_verify_paths()
    if not known.cafile and not (known.capath and any(os.scandir(known.capath))):
        return {}
    wanted = {"UV_SYSTEM_CERTS": "1", "NODE_USE_SYSTEM_CA": "1"}
    return {name: os.environ.get(name, value) for name, value in wanted.items()}


def _run(command: list[str], next_step: str = "see that the package index can be reached, then run it again") -> None:
    env = {**os.environ, **trusting(), "UV_PROJECT_ENVIRONMENT": str(VENV), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    env.pop("VIRTUAL_ENV", None)
    done = subprocess.run(
        command,
        cwd=PROJECT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        last = "\n            ".join(done.stdout.strip().splitlines()[-8:])
        raise Failure(
            "the set-up cannot begin\n"
            f"  expected  exit status 0 of: {' '.join(map(str, command))}\n"
            f"  actual    exit status {done.returncode}\n"
            f"  because   {last}\n"
            f"  next      {next_step}"
        )


def _say(text: str) -> None:
    print(f"{'set-up':<18} {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
