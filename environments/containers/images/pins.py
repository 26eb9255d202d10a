"""The locked packages of an image, as pip reads them."""

from __future__ import annotations

import hashlib
import subprocess

from environments.local.provision.packages import PROJECT, uv
from environments.local.provision.store import cache_folder
from harness.errors import ProvisionError
from harness.whole_file import write_whole


def locked(group: str) -> str:
    """Return a dependency group of pyproject.toml with all that it needs: versions and hashes as uv.lock has them.

    Kept in the cache folder for each state of the lock. Raises ProvisionError when the lock is not up to date.
    """
    lock = hashlib.sha256((PROJECT / "uv.lock").read_bytes() + (PROJECT / "pyproject.toml").read_bytes())
    kept = cache_folder() / "pins" / f"{group}-{lock.hexdigest()[:12]}.txt"
    if kept.exists():
        return kept.read_text()
    command = [uv(), "export", "--quiet", "--locked", "--no-emit-project", "--no-header", "--no-annotate"]
    done = subprocess.run([*command, "--only-group", group], cwd=PROJECT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ProvisionError(f"the packages of {group} are not locked", actual=done.stderr.strip(), next_step="uv lock")
    kept.parent.mkdir(exist_ok=True)
    write_whole(kept, done.stdout.encode())
    return done.stdout
