"""What Allure calls a scenario's labels, links and parameters, from its tags and from the contracts that it checks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from harness.contracts.registry import Stage

Pair = tuple[str, str]

SEVERITIES = ("blocker", "critical", "normal", "minor", "trivial")
LINKS = {"issue": "issue", "req": "tms"}  # kind of a tag -> Allure's type of a link
_OTHER = "other"


def labels(*, feature: str, scenario: str, tags: Iterable[str], contracts: Iterable[str]) -> list[Pair]:
    """Return (name, value) of the labels: Allure's own (epic, feature, story, severity, owner, tag) and the harness's.

    The epic is the stage, by which a reader of the behaviours sees first what broke first. `@kind:value` is a label of
    that kind; the smoke scenarios are critical where no severity is said.
    """
    tags, contracts = sorted(tags), list(contracts)
    said = dict(tag.split(":", 1) for tag in tags if ":" in tag)
    stage = next((str(stage) for stage in Stage if stage in tags), _OTHER)
    severity = said.get("severity", "critical" if "smoke" in tags else "normal")
    found = [
        ("epic", stage),
        ("feature", feature),
        ("story", scenario),
        ("suite", feature),
        ("stage", stage),
        ("severity", severity if severity in SEVERITIES else "normal"),
        *((kind, value) for kind, value in (tag.split(":", 1) for tag in tags if ":" in tag) if kind != "severity"),
        *(("tag", tag) for tag in tags),
        *(("contract", id) for id in contracts),
        *(("system", system) for system in dict.fromkeys(id.split(".")[0] for id in contracts)),
    ]
    return list(dict.fromkeys(found))


def links(tags: Iterable[str], patterns: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Return (type, URL, name) of the links in tags; `patterns`: type -> URL with `{}`, as --allure-link-pattern.

    A tag whose value is no URL, and whose type has no pattern, leads nowhere, and is a label alone.
    """
    found = []
    for tag in sorted(tags):
        kind, _, value = tag.partition(":")
        if kind not in LINKS or not value:
            continue
        pattern = patterns.get(LINKS[kind]) or patterns.get(kind)
        if pattern:
            found.append((LINKS[kind], pattern.format(value), value))
        elif urlsplit(value).scheme in ("http", "https"):
            found.append((LINKS[kind], value, value))
    return found


def history_id(full_name: str, example: Mapping[str, object]) -> str:
    """Return what tells a scenario from others in every environment, shard and run: its name and its example."""
    told = [full_name, *(f"{key}={value}" for key, value in sorted(example.items()))]
    return hashlib.md5("\n".join(told).encode(), usedforsecurity=False).hexdigest()
