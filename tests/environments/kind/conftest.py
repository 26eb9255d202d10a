"""What needs helm, or a cluster of kind, is collected where it is; a run says at its end what it did not look at."""

import shutil
import subprocess

_CLUSTER = "kind"


def _has_cluster():
    if not all(map(shutil.which, ("kind", "kubectl", "helm"))):
        return False
    listed = subprocess.run(["kind", "get", "clusters"], capture_output=True, text=True, check=False)
    return _CLUSTER in listed.stdout.split()


_NEEDS = {"test_rendered.py": shutil.which("helm"), "test_on_cluster.py": _has_cluster()}
collect_ignore = [file for file, there in _NEEDS.items() if not there]


def pytest_terminal_summary(terminalreporter):
    """Say what was not collected, and for want of what."""
    if collect_ignore:
        terminalreporter.write_line(
            f"no helm, or no cluster {_CLUSTER!r} of kind: {', '.join(collect_ignore)} was not collected"
        )
