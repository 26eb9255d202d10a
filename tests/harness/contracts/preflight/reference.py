"""The reference manifests, patches of them, and what preflight says about both."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from harness.contracts.registry import Target, contracts_of
from harness.diagnosis import Diagnosis, evaluate
from harness.platform import read_platform
from harness.workloads import Deployment
from harness.workloads.manifests import read_manifests

ROOT = Path(__file__).parents[4]
MANIFESTS = ROOT / "demo" / "manifests"
PLATFORM = ROOT / "demo" / "platform.yaml"
Patch = dict[str, Any]


def patches(name: str) -> list[Any]:
    """Return the patches of a file of tests/data/preflight as parameters."""
    found = YAML(typ="safe").load(ROOT / "tests" / "data" / "preflight" / name)
    return [pytest.param(patch, id=patch["id"]) for patch in found]


def diagnose(platform: Path, manifests: Path, values=()) -> Diagnosis:
    """Return what preflight finds."""
    reading = read_platform(platform)
    targets = {
        Target.PLATFORM: reading,
        Target.DEPLOYMENT: Deployment(read_manifests(manifests), reading, tuple(values)),
    }
    return evaluate(contracts_of(*targets), targets)


def roots(diagnosis: Diagnosis) -> list[str]:
    """Return `contract subject` of every root, in order of their names."""
    return sorted(f"{root.contract.id} {root.subject}" for root in diagnosis.roots)


def write(patch: Patch, folder: Path) -> tuple[Path, Path]:
    """Write a patched platform.yaml and patched manifests into a folder, and return their paths."""
    text = "\n".join(file.read_text() for file in sorted(MANIFESTS.glob(f"{patch.get('only', '*')}.yaml")))
    platform = PLATFORM.read_text()
    for old, new in patch.get("everywhere", ()):
        assert old in text, old
        text = text.replace(old, new)
    documents = _loaded(text)
    pairs = patch.get("platform", [])
    for old, new in zip(pairs[::2], pairs[1::2], strict=True):
        assert old in platform, old
        platform = platform.replace(old, new)
    for document in documents:
        if "platform.yaml" in document.get("data", {}) and (pairs or patch.get("everywhere")):
            document["data"]["platform.yaml"] = platform
    if "given" in patch:
        old, new = patch["given"]
        platform = platform.replace(old, new)
    for edit in patch.get("edits", ()):
        _edit(documents, edit)
    documents += patch.get("append", [])
    if patch.get("reverse"):
        documents.reverse()
    (folder / "platform.yaml").write_text(platform)
    # JSON is YAML, and quickly written.
    (folder / "rendered.yaml").write_text("\n---\n".join(json.dumps(each, indent=1) for each in documents))
    return folder / "platform.yaml", folder / "rendered.yaml"


def _loaded(text: str) -> list[Any]:
    """Return the documents without anchors: each place is to be patched alone."""
    return json.loads(_read(text))


@cache
def _read(text: str) -> str:
    return json.dumps([document for document in YAML(typ="safe").load_all(text) if document])


def _edit(documents: list[Any], edit: Patch) -> None:
    action = next(name for name in ("set", "drop", "add") if name in edit)
    object_name, _, path = edit[action].partition(" ")
    place, document = next(
        (place, document)
        for place, document in enumerate(documents)
        if f"{document['kind']}/{document['metadata']['name']}" == object_name
    )
    if not path:
        del documents[place]
        return
    *above, last = [p.replace("~", "/") for p in path.replace("pod/", "spec/template/spec/").split("/")]
    for part in above:
        document = document[_key(document, part)]
    if action == "drop":
        del document[_key(document, last)]
    elif action == "add":
        document[last].append(edit["to"])
    elif "replace" in edit:
        old, new = edit["replace"]
        assert old in document[last], document[last]
        document[last] = document[last].replace(old, new)
    else:
        document[_key(document, last)] = edit["to"]


def _key(holder: Any, part: str) -> Any:
    if isinstance(holder, list):
        return int(part) if part.isdigit() else [each.get("name") for each in holder].index(part)
    return part
