"""Writes a judgement: the verdict, its pages, and the bundle."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from harness.errors import Location, UsageError
from harness.run.folder import record_of
from harness.signoff.bundle import write_bundle
from harness.signoff.page import Judgement, as_html, as_json, as_markdown
from harness.signoff.sbom import sbom_of

VERDICT, PAGE, MARKDOWN, BUNDLE = "signoff.json", "signoff.html", "signoff.md", "evidence.zip"


def publish(judgement: Judgement, folder: Path, policy: Path, campaigns: Sequence[Path] = ()) -> Path:
    """Write everything into a folder, and return the bundle's path; raises UsageError where it cannot be written."""
    told = as_json(judgement)
    pages = {
        VERDICT: json.dumps(told, indent=2, ensure_ascii=False) + "\n",
        PAGE: as_html(told),
        MARKDOWN: as_markdown(told),
    }
    written = {name: text.encode(errors="backslashreplace") for name, text in pages.items()}
    content: dict[str, bytes | Path] = {**written, "policy.yaml": policy}
    content["sbom.cdx.json"] = sbom_of(judgement.case.merged.runs).encode()
    content |= {f"campaigns/{place}.json": file for place, file in enumerate(campaigns, 1)}
    for place, results in enumerate(sorted(judgement.case.results, key=lambda r: r.run.id if r.run else ""), 1):
        for file in record_of(results.folder):
            if file.is_file() and not file.is_symlink():
                content[f"results/{place}/{file.relative_to(results.folder).as_posix()}"] = file
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in written.items():
            (folder / name).write_bytes(data)
        write_bundle(folder / BUNDLE, content)
    except OSError as error:
        raise UsageError("cannot be written", actual=error.strerror, location=Location(folder)) from None
    return folder / BUNDLE
