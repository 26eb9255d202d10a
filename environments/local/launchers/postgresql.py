"""Makes a database cluster and becomes its server; as `nobody` when run by root, since PostgreSQL refuses root."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from contextlib import suppress
from pathlib import Path


def main() -> None:
    """Read FLOE_PG_* and POSTGRES_PASSWORD, make the cluster once, and exec the server."""
    binaries, folder = Path(os.environ["FLOE_PG_BIN"]), Path(os.environ["FLOE_PG_FOLDER"])
    if os.geteuid() == 0:
        binaries = _copy_for_nobody(binaries, folder)
        _become_nobody(folder)
    os.umask(0o077)
    password, data = os.environ.pop("POSTGRES_PASSWORD"), folder / "data"
    user = os.environ["FLOE_PG_USER"]
    if not (data / "PG_VERSION").exists():
        _make_cluster(binaries, folder, data, user, password)
        names = os.environ["FLOE_PG_DATABASES"].split(",")
        _single_user(binaries, data, [f"CREATE DATABASE {name} OWNER {user}" for name in names])
    server = str(binaries / "postgres")
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": os.environ["FLOE_PG_PORT"],
        "unix_socket_directories": "",
        "max_connections": "200",
        "shared_buffers": "32MB",
        # The data is as short-lived as the stack, so no write waits for the disk.
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
    }
    os.execv(server, [server, "-D", str(data), *(f"--{key}={value}" for key, value in settings.items())])


def _copy_for_nobody(binaries: Path, folder: Path) -> Path:
    """Lay the server where `nobody` can reach it: a checkout below root's home cannot be entered by others."""
    package = binaries.parents[1]
    target = folder / "program"
    if not target.exists():
        shutil.copytree(binaries.parent, target / package.name / binaries.parent.name, True, copy_function=_link)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, target / libraries.name, True, copy_function=_link)
    return target / package.name / binaries.parent.name / binaries.name


def _link(source: str, target: str) -> None:
    """Make a file a second name of another, or a copy, where others may not read it or it lies on another disk."""
    readable = stat.S_IMODE(os.stat(source).st_mode) & stat.S_IROTH
    with suppress(OSError):
        if readable:
            os.link(source, target)
            return
    shutil.copy2(source, target)


def _become_nobody(folder: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    for path in (folder, *folder.rglob("*")):
        if path.is_dir() or path.lstat().st_nlink == 1:  # what has a second name belongs to the checkout
            os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)
    os.environ["HOME"] = str(folder)
    os.chdir(folder)


def _make_cluster(binaries: Path, folder: Path, data: Path, user: str, password: str) -> None:
    password_file = folder / "password"
    password_file.write_text(password)
    # Who could read the hashes could read the data: hashing 4,096 times for each connection protects nothing here, and
    # Dagster connects for each of its queries.
    options = [
        "--set=scram_iterations=1",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
        "--no-instructions",
    ]
    command = [str(binaries / "initdb"), "-D", str(data), "-U", user, f"--pwfile={password_file}", *options]
    try:
        subprocess.run(command, check=True)
    finally:
        password_file.unlink()


def _single_user(binaries: Path, data: Path, statements: list[str]) -> None:
    """Run statements, each in a line of its own, without a server; -F does not wait for the disk."""
    command = [str(binaries / "postgres"), "--single", "-F", "-D", str(data), "postgres"]
    subprocess.run(command, input="\n".join([*statements, ""]), text=True, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
