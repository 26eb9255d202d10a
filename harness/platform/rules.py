"""What no single value can know by itself: references, namespaces, and what one key asks of another.

The rules read what is written, not the model, so that they speak also where a value elsewhere is wrong.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from harness.platform.model import CatalogProperties, ComputeProperties, Observability
from harness.platform.namespaces import check_namespace
from harness.platform.problem import Path, Problem, did_you_mean, has_login, names_a_secret, one_of

Content = Mapping[str, Any]
Rule = Callable[[Content], Iterator[Problem]]


def check_rules(content: Content) -> list[Problem]:
    """Return every breach of the rules."""
    return [replace(problem, contract=contract) for rule, contract in _RULES for problem in rule(content)]


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _entries(content: Content, key: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, entry in _map(content.get(key)).items():
        if isinstance(entry, Mapping):
            yield name, entry


def _references_resolve(content: Content) -> Iterator[Problem]:
    for name, layer in _entries(content, "layers"):
        for key, target in (("storage_ref", "storage"), ("catalog_ref", "catalogs")):
            ref, known = layer.get(key), [str(entry) for entry in _map(content.get(target))]
            if ref and isinstance(ref, str) and ref not in known:
                what = f"{ref!r} is not declared in {target}{did_you_mean(ref, known)}"
                yield Problem(("layers", name, key), what, expected=one_of(known))


def _layers_share_one_catalog(content: Content) -> Iterator[Problem]:
    first: str | None = None
    for name, layer in _entries(content, "layers"):
        ref = layer.get("catalog_ref")
        if not isinstance(ref, str) or ref not in _map(content.get("catalogs")):
            continue
        first = first or ref
        if ref != first:
            what = "the layers name more than one catalog, and the harness reads one"
            yield Problem(("layers", name, "catalog_ref"), what, expected=first, actual=ref)


def _a_layer_is_called_as_its_key(content: Content) -> Iterator[Problem]:
    for key, layer in _entries(content, "layers"):
        name = layer.get("name")
        if name and isinstance(name, str) and name != key:
            what = f"the layer {key!r} is called {name!r} too"
            yield Problem(("layers", key, "name"), what, expected=str(key), actual=name)


def _namespaces_are_well_formed(content: Content) -> Iterator[Problem]:
    for name, layer in _entries(content, "layers"):
        ref = layer.get("catalog_ref")
        catalog = _map(_map(content.get("catalogs")).get(ref)) if isinstance(ref, str) else {}
        yield from _namespace(("layers", name, "namespace"), layer.get("namespace"), catalog.get("warehouse"))
    for name, catalog in _entries(content, "catalogs"):
        yield from _namespace(("catalogs", name, "namespace"), catalog.get("namespace"), catalog.get("warehouse"))


def _namespace(path: Path, namespace: Any, warehouse: Any) -> Iterator[Problem]:
    if namespace and isinstance(namespace, str):
        wrong = check_namespace(namespace, warehouse if isinstance(warehouse, str) else None)
        if wrong:
            expected = "simple (bronze) or nested (analytics.bronze), without the warehouse"
            yield Problem(path, wrong, expected=expected)


def _layers_do_not_share_a_namespace(content: Content) -> Iterator[Problem]:
    taken: dict[tuple[str, str], str] = {}
    for name, layer in _entries(content, "layers"):
        catalog, namespace = layer.get("catalog_ref"), layer.get("namespace")
        if isinstance(catalog, str) and isinstance(namespace, str):
            other = taken.setdefault((catalog, namespace), name)
            if other != name:
                what = f"{namespace!r} is the namespace of the layer {other!r} already"
                yield Problem(("layers", name, "namespace"), what, expected="a namespace a layer")


def _static_keys_are_referenced(content: Content) -> Iterator[Problem]:
    for name, storage in _entries(content, "storage"):
        credentials = _map(storage.get("credentials"))
        if credentials.get("mode") == "static" and credentials.get("secret_ref") is None:
            path = ("storage", name, "credentials", "secret_ref")
            yield Problem(path, "'secret_ref' is missing", expected="the name of the key pair, which mode static needs")


def _telemetry_has_an_endpoint(content: Content) -> Iterator[Problem]:
    seen = _map(content.get("observability"))
    for switch, endpoint in (
        ("traces", "otlp_endpoint"),
        ("metrics", "otlp_endpoint"),
        ("lineage", "lineage_endpoint"),
    ):
        # A client without an endpoint is silent: no error, no data.
        if seen.get(switch) is True and seen.get(endpoint) is None:
            yield Problem(
                ("observability", endpoint),
                f"{endpoint!r} is missing, and {switch}: true needs it",
                expected=f"a URL, or {switch}: false",
            )


def _keys_are_vended_only_with_an_sts(content: Content) -> Iterator[Problem]:
    for name, catalog in _entries(content, "catalogs"):
        vended = catalog.get("access_delegation") == "vended-credentials"
        if vended and _map(catalog.get("properties")).get("sts_unavailable") is True:
            yield Problem(
                ("catalogs", name, "access_delegation"),
                "keys are vended by a catalog whose store has no STS",
                expected="none, or a store whose STS answers AssumeRole and no sts_unavailable",
                actual="vended-credentials with properties.sts_unavailable: true",
                next_step="set access_delegation: none; the clients bring their own keys",
            )


def _open_maps_are_not_misspelt(content: Content) -> Iterator[Problem]:
    yield from _misspelt(("observability",), content.get("observability"), list(Observability.model_fields))
    for name, catalog in _entries(content, "catalogs"):
        path = ("catalogs", name, "properties")
        yield from _misspelt(path, catalog.get("properties"), list(CatalogProperties.model_fields))
    for name, compute in _entries(content, "compute"):
        path = ("compute", name, "properties")
        yield from _misspelt(path, compute.get("properties"), list(ComputeProperties.model_fields))


def _misspelt(path: Path, value: Any, known: list[str]) -> Iterator[Problem]:
    """Yield further keys that are all but a known one, which is not there itself."""
    written = _map(value)
    missing = [key for key in known if key not in written]
    for key in written:
        near = difflib.get_close_matches(str(key), missing, n=1, cutoff=0.8) if key not in known else []
        if near:
            what = f"unknown key {key!r}; did you mean {near[0]!r}?"
            yield Problem((*path, str(key)), what, expected=near[0], meant=(*path, near[0]))


def _secrets_are_referenced(content: Content) -> Iterator[Problem]:
    waiting: list[tuple[Path, Any]] = [((), content)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, Mapping):
            waiting.extend(((*path, _part(key)), inner) for key, inner in value.items())
        elif isinstance(value, list):
            waiting.extend(((*path, place), inner) for place, inner in enumerate(value))
        elif path and _is_written_out(path[-1], value):
            what = "a secret is written out"
            yield Problem(path, what, expected="a reference: {secret_ref: name}", next_step="change that secret, too")


def _part(key: Any) -> str | int:
    return key if isinstance(key, str | int) and not isinstance(key, bool) else str(key)


def _is_written_out(key: str | int, value: Any) -> bool:
    if isinstance(value, str):
        reference = not value or (value.startswith("${") and value.endswith("}"))
        return has_login(value) or (names_a_secret(key) and not reference)
    return isinstance(value, int | float) and not isinstance(value, bool) and names_a_secret(key)


_RULES: tuple[tuple[Rule, str], ...] = (
    (_references_resolve, "platform.references-resolve"),
    (_layers_share_one_catalog, "platform.references-resolve"),
    (_a_layer_is_called_as_its_key, "platform.layers-whole"),
    (_namespaces_are_well_formed, "platform.namespaces-well-formed"),
    (_layers_do_not_share_a_namespace, "platform.layers-whole"),
    (_static_keys_are_referenced, "platform.secrets-referenced"),
    (_telemetry_has_an_endpoint, "platform.telemetry-has-endpoint"),
    (_keys_are_vended_only_with_an_sts, "platform.vending-possible"),
    (_open_maps_are_not_misspelt, "platform.well-formed"),
    (_secrets_are_referenced, "platform.secrets-referenced"),
)
