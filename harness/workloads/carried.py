"""The platform.yaml that a deployment carries in a ConfigMap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from harness.platform import Platform
from harness.workloads.documents import parse
from harness.workloads.model import ConfigObject
from harness.workloads.shapes import mapping

PLATFORM_KEY = "platform.yaml"


@dataclass(frozen=True)
class Carried:
    """A copy of platform.yaml: what it says, and the platform that it makes, None where it makes none."""

    config: ConfigObject
    content: Mapping[str, Any]
    platform: Platform | None


def carried_by(config: ConfigObject) -> Carried:
    """Return the copy of platform.yaml in a ConfigMap."""
    content = mapping(parse(config.texts[PLATFORM_KEY]))
    try:
        platform = Platform.model_validate(content)
    except ValidationError:
        platform = None
    return Carried(config, content, platform)
