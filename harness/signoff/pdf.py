"""The page as PDF, by a headless Chromium where there is one."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_LIMIT = 60  # seconds


def write_pdf(page: Path, file: Path) -> str | None:
    """Print a page of HTML into a file, and return None; or return why there is none."""
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is None:
        return "there is no Chromium on PATH"
    with TemporaryDirectory(prefix="floe-pdf-") as profile:
        command = [browser, "--headless", "--disable-gpu", f"--user-data-dir={profile}", "--no-pdf-header-footer"]
        command += ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium has none for root; the page is our own
        command += [f"--print-to-pdf={file.resolve()}", page.resolve().as_uri()]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"{browser}: {error}"
    return None if done.returncode == 0 and file.is_file() else f"{browser} ended with {done.returncode}"
