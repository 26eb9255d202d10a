"""Every change of one key of the demo's platform.yaml is refused at that key, or is known to be no mistake."""

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from harness.platform import Platform, PlatformErrors, load_platform

DEMO = Path(__file__).parents[3] / "demo" / "platform.yaml"
WRITTEN = YAML(typ="safe", pure=True).load(DEMO)

# Maps whose further keys are kept and need not be known: any change in them is another platform, and no mistake.
FURTHER = re.compile(r"(infrastructure|security|governance)\b.*|layers\.\w+\.properties")
# What may be left out, or is named as the user likes: the platform is then deployed another way, and not wrongly.
OPTIONAL = re.compile(
    r"layers\.\w+"  # a platform of fewer layers
    r"|compute\.duckdb"
    r"|catalogs\.main\.(namespace|properties|properties\.role_arn)"
    r"|observability\.(attributes(\..+)?|services(\.[\w-]+)?)"
)


def paths(node: object, path: tuple = ()) -> Iterator[tuple]:
    if isinstance(node, dict):
        for key, inner in node.items():
            yield (*path, key)
            yield from paths(inner, (*path, key))


PATHS = list(paths(WRITTEN))


def changed(path: tuple, change) -> dict:
    """Return the demo with one key changed by a function of (the mapping that has it, the key)."""
    content = copy.deepcopy(WRITTEN)
    holder = content
    for part in path[:-1]:
        holder = holder[part]
    change(holder, path[-1])
    return content


def drop(holder, key):
    del holder[key]


def rename(holder, key):
    # At its place, so that the order of the file stays.
    entries = [(f"other_{key}" if name == key else name, value) for name, value in holder.items()]
    holder.clear()
    holder.update(entries)


def wrong_type(holder, key):
    value = holder[key]
    holder[key] = {bool: "yes", int: "many"}.get(type(value), [["a list of lists"]])


def empty(holder, key):
    holder[key] = {dict: {}, list: [], str: ""}.get(type(holder[key]))


def nothing(holder, key):
    holder[key] = None


def read(tmp_path: Path, content: dict) -> Platform | tuple:
    file = tmp_path / "platform.yaml"
    file.write_text(json.dumps(content))  # JSON is YAML, and written faster
    try:
        return load_platform(file)
    except PlatformErrors as error:
        return error.problems


def deployed(said: object) -> object:
    """Return what is deployed: without words for a reader, and without further keys that nobody knows."""
    if isinstance(said, dict):
        return {k: deployed(v) for k, v in said.items() if k != "description" and not k.startswith("other_")}
    return said


DEPLOYED = deployed(load_platform(DEMO).model_dump())


@pytest.mark.parametrize("change", [drop, rename, wrong_type, empty, nothing])
def test_a_change_of_one_key_is_refused_there_or_is_no_mistake(tmp_path, change):
    wrong = [said for path in PATHS if (said := misjudged(tmp_path, path, change))]
    assert not wrong, "\n".join(wrong)


def misjudged(tmp_path: Path, path: tuple, change) -> str | None:
    result = read(tmp_path, changed(path, change))
    dotted = ".".join(path)
    if isinstance(result, Platform):
        same = deployed(result.model_dump()) == DEPLOYED
        optional = OPTIONAL.fullmatch(dotted) and change in (drop, rename, empty, nothing)
        return None if same or optional or FURTHER.fullmatch(dotted) else f"{dotted} was taken"
    told = any(names(problem, path) for problem in result)
    return None if told else f"{dotted} is not named: {[str(problem) for problem in result]}"


def names(problem, path: tuple) -> bool:
    """Return True for an error at the key, below it, at its new name, or where it was the last entry."""
    told, said = problem.location.key or "", str(problem)
    at = (".".join(path), ".".join((*path[:-1], f"other_{path[-1]}")))
    last = told == ".".join(path[:-1]) and "at least one entry" in said
    return last or any(f"{told}.".startswith(f"{key}.") for key in at) or repr(path[-1]) in said


@pytest.mark.parametrize("layer", WRITTEN["layers"])
@pytest.mark.parametrize("key", ["storage_ref", "catalog_ref"])
@pytest.mark.parametrize("ref", ["nowhere", "", "bronze.bucket", "STORAGE", "layers"])
def test_a_wrong_reference_is_refused_at_its_key(tmp_path, layer, key, ref):
    (problem,) = read(tmp_path, changed(("layers", layer, key), lambda holder, name: holder.update({name: ref})))
    assert problem.location.key == f"layers.{layer}.{key}"


@pytest.mark.parametrize(
    "path",
    [path for path in PATHS if path[-1] in ("endpoint", "uri", "otlp_endpoint", "lineage_endpoint")],
    ids=".".join,
)
@pytest.mark.parametrize(
    "url",
    [
        "http://",
        "/",
        "host:80",
        "//host:80",
        "http:///v1",
        "http://h:99999",
        "http://h ost",
        "ftp://h",
        "http://me@h",
        "http:////h",
        "http://h:",
    ],
)
def test_what_is_no_endpoint_is_refused_at_its_key(tmp_path, path, url):
    (problem,) = read(tmp_path, changed(path, lambda holder, name: holder.update({name: url})))
    assert problem.location.key == ".".join(path)
