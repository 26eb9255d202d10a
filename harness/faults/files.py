"""Copies of a platform's files, for faults to be injected into: nothing of the user's is touched.

A copy lies in a private folder of the temporary folder and is gone when its `with` ends; a process that is killed
leaves nothing behind but that folder.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from harness.errors import Location, UsageError
from harness.faults.inapplicable import Inapplicable
from harness.platform.problem import did_you_mean
from harness.workloads.documents import read_documents
from harness.workloads.manifests import read_text

PLATFORM = "platform.yaml"
MANIFESTS = "manifests"
_LEFT_OUT = shutil.ignore_patterns("node_modules", "target", "__pycache__", "logs", ".*")

Object = dict[str, Any]


class Reference:
    """The platform that faults are injected into copies of.

    `folder` holds platform.yaml, expectations.yaml, rendered manifests in `manifests/`, and the code in `pipeline/`,
    `dbt/` and `cube/`, as demo/ does. Raises UsageError for a folder that has no platform.yaml or no manifests.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in (PLATFORM, MANIFESTS):
            if not (folder / name).exists():
                raise UsageError(
                    f"the platform has no {name}",
                    expected=f"a folder with {PLATFORM} and rendered manifests in {MANIFESTS}/, as demo/ is",
                    next_step="--reference DIR names it",
                    location=Location(folder / name),
                )

    @contextmanager
    def copied(self) -> Iterator[Files]:
        """Yield a copy; it is gone afterwards."""
        with tempfile.TemporaryDirectory(prefix="floe-fault-", ignore_cleanup_errors=True) as private:
            folder = Path(private) / self.folder.resolve().name
            shutil.copytree(self.folder, folder, ignore=_LEFT_OUT)
            yield Files(folder)


class Files:
    """A copy of a platform's files; `save` writes what was changed of its manifests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def objects(self) -> list[Object]:
        """The manifests' objects, to be changed in place: plain, and without anchors, so that each place is alone."""
        found = sorted(f for f in (self.folder / MANIFESTS).rglob("*") if f.suffix in (".yaml", ".yml", ".json"))
        return [each for file in found for each in json.loads(_read(read_text(file), file.name))]

    def object(self, name: str, key: str) -> Object:
        """Return the object `Kind/name`; raises Inapplicable, which `key` of the action named."""
        names = {f"{o.get('kind')}/{o.get('metadata', {}).get('name')}": o for o in self.objects}
        if name not in names:
            raise Inapplicable(key, f"there is no object {name!r}{did_you_mean(name, names)}", expected="Kind/name")
        return names[name]

    def file(self, name: str, key: str, *, there: bool = True) -> Path:
        """Return a file by its path in the copy; raises Inapplicable for one that is not `there`, or lies outside."""
        self.save()
        parts = PurePosixPath(name).parts
        if not parts or ".." in parts or PurePosixPath(name).is_absolute():
            raise Inapplicable(key, f"{name!r} is outside of the platform", expected="a path below its folder")
        file = self.folder.joinpath(*parts)
        if there and not file.is_file():
            known = [str(f.relative_to(self.folder)) for f in self.folder.rglob("*") if f.is_file()]
            raise Inapplicable(key, f"there is no file {name!r}{did_you_mean(name, known)}")
        return file

    def change_platform(self, change: Callable[[str], str], *, deployed: bool) -> None:
        """Change the text of platform.yaml and, where it is `deployed`, of each copy that a ConfigMap carries."""
        file = self.folder / PLATFORM
        file.write_text(change(file.read_text()))
        if deployed:
            for each in self.objects:
                data = each.get("data") or {}
                if PLATFORM in data:
                    data[PLATFORM] = change(data[PLATFORM])

    def save(self) -> None:
        """Write the manifests where an action has looked at them; they are read again by the next that does."""
        if "objects" not in self.__dict__:
            return
        # JSON is YAML, and written in no time.
        written = [json.dumps(each, ensure_ascii=False, default=str) for each in self.__dict__.pop("objects")]
        folder = self.folder / MANIFESTS
        shutil.rmtree(folder)
        folder.mkdir()
        (folder / "rendered.yaml").write_text("\n---\n".join(written))


@cache
def _read(text: str, name: str) -> str:
    """Return the objects of a file as JSON: every fault begins with the same ones."""
    return json.dumps([each.content for each in read_documents(text, Path(MANIFESTS, name))], default=str)
