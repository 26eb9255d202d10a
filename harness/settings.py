"""What a run is asked to do: the command line over `harness.toml` over the defaults.

`harness.toml` stands in the folder that the command runs in; its keys are the options' names with `_` for `-`:

    environment = "local"
    polaris_url = "http://127.0.0.1:8181"
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from harness.errors import Location, UsageError

FILE = "harness.toml"


class Settings(BaseModel):
    """How the platform is made to run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    environment: str = Field(default="local", description="local, containers, kind or attach")
    platform: Path = Field(default=Path("demo/platform.yaml"), description="the platform's description")
    object_store: Literal["seaweedfs", "localstack"] = Field(default="seaweedfs", description="the store of `local`")
    images: Literal["official", "built"] = Field(
        default="official",
        description="official (as their makers publish them) or built (here, from `local`'s recipes)",
    )
    cluster: str = Field(default="kind", description="the cluster of kind that is used, and made when it is not there")
    skip_schema_validation: bool = Field(
        default=False, description="charts are installed without Helm's own validation"
    )
    polaris_url: str | None = Field(default=None, description="a Polaris that runs already, in place of the stand-in")
    marquez_url: str | None = Field(default=None, description="a Marquez that runs already, in place of the stand-in")
    fixed_ports: bool = Field(default=False, description="use the ports of platform.yaml instead of free ones")
    scale: int = Field(default=1, ge=1, le=1000, description="multiplies the demo's rows")
    keep: bool = Field(default=False, description="leave the stack up for the next run")
    results: Path = Field(default=Path(".harness/results"), description="the folder that a run's results go to")
    endpoints: Path | None = Field(default=None, description="of attach: the file with the platform's endpoints")
    context: str | None = Field(default=None, description="of attach: the kubeconfig's context")
    namespace: str | None = Field(default=None, description="of attach: the platform's namespace in the cluster")
    read_only: bool = Field(default=False, description="run only what reads; nothing of the platform is written")
    allow_writes_to: str | None = Field(
        default=None, description="of attach: the name of a platform marked production that may be written to"
    )


def load_settings(folder: Path, overrides: Mapping[str, object]) -> Settings:
    """Return the settings of a folder's `harness.toml`, with the given values (those that are not None) on top.

    Raises UsageError for a file that is not TOML, an unknown key, or a value that is not allowed.
    """
    file = folder / FILE
    written: dict[str, object] = {}
    if file.exists():
        try:
            written = tomllib.loads(file.read_text())
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UsageError("not TOML", actual=str(error), location=Location(file)) from None
    given = {key: value for key, value in overrides.items() if value is not None}
    try:
        return Settings.model_validate({**written, **given})
    except ValidationError as error:
        raise _explain(error, file, given) from None


def _explain(error: ValidationError, file: Path, given: Mapping[str, object]) -> UsageError:
    first = error.errors()[0]
    key = str(first["loc"][0])
    near = difflib.get_close_matches(key, Settings.model_fields, n=1)
    if first["type"] == "extra_forbidden":
        allowed = ", ".join(Settings.model_fields)
        return UsageError(
            f"unknown setting {key!r}" + (f"; did you mean {near[0]!r}?" if near else ""),
            expected=f"one of {allowed}",
            location=Location(file, key=key),
        )
    where = None if key in given else Location(file, key=key)
    return UsageError(
        f"setting {key!r} is not allowed",
        expected=f"{Settings.model_fields[key].description}: {first['msg']}",
        actual=repr(first["input"]),
        location=where,
    )
