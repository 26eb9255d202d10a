"""A generated dbt profile: its DuckDB can be set up in the order in which it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.contracts.breach import Breach
from harness.contracts.preflight.declare import preflight
from harness.contracts.registry import Case
from harness.workloads import Deployment
from harness.workloads.documents import parse
from harness.workloads.shapes import mapping

# Settings of DuckDB's secret manager, which has to have them before it keeps its first secret.
_EARLY = frozenset({"allow_persistent_secrets", "default_secret_storage", "secret_directory"})


def _each_output(deployment: Deployment) -> Iterator[Case]:
    for config in deployment.objects.configs:
        for key, text in config.texts.items():
            if key.startswith("profiles.y") and "duckdb" in text:
                for profile, said in mapping(parse(text)).items():
                    for name, output in mapping(mapping(said).get("outputs")).items():
                        if mapping(output).get("type") == "duckdb":
                            subject = f"configmap/{config.name}/{key}/{profile}.{name}"
                            yield Case(subject, {"output": output}, config.location)


@preflight(
    "transform.secret-settings-early",
    promise="A dbt profile sets DuckDB's secret manager up before it is used.",
    mend="leave the setting away, or move it from `settings` to `config_options`, which DuckDB is opened with",
    each=_each_output,
)
def secret_settings_early(deployment: Deployment, output: Mapping[str, Any]) -> None:
    late = sorted(_EARLY & {str(key) for key in mapping(output.get("settings"))})
    if late:
        raise Breach(
            "a setting of the secret manager comes after its first use",
            expected="none of them under `settings`",
            actual=", ".join(late),
            evidence="DuckDB: Changing Secret Manager settings after the secret manager is used is not allowed!",
        )
