"""Asset keys and inputs of what Dagster's definitions make."""

from __future__ import annotations

from dataclasses import dataclass

from harness.errors import Location
from harness.systems.dagster_code.definitions import ASSETS, SEVERAL_ASSETS, Definition, definition_of
from harness.systems.dagster_code.resources import needs_of
from harness.systems.python_code import UNKNOWN, Function, Made, Value, is_open


@dataclass(frozen=True)
class Asset:
    """An asset; `key`: parts joined by `/`, None where the code does not tell it.

    `inputs`: keys of what it is made from, None where they cannot be told. `loads`: those of them that are loaded as
    arguments and so must be there.
    """

    key: str | None
    place: Location
    inputs: frozenset[str] | None = None
    loads: frozenset[str] = frozenset()


def key_of(value: Value) -> str | None:
    """Return the key that a text, a list of texts, an AssetKey, a spec or an asset names; None: it is not told."""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return "/".join(value) if value and all(isinstance(part, str) for part in value) else None
    if isinstance(value, Made) and value.name == "AssetKey":
        path = value.argument("path", 0)
        return key_of(path)
    if isinstance(value, Made) and value.name in ("AssetSpec", "SourceAsset", "AssetDep"):
        key = value.argument("key", 0, value.argument("asset"))
        prefix = value.argument("key_prefix")
        return key_of(key) if prefix is None else None
    if isinstance(value, Function):
        definition = definition_of(value)
        found = assets_of(definition) if definition else []
        return found[0].key if len(found) == 1 else None
    return None


def assets_of(definition: Definition) -> list[Asset]:
    """Return the assets of a definition; one without a key stands for those that are not told."""
    options = definition.options
    if definition.kind in ASSETS:
        return [_single(definition)]
    if definition.kind in SEVERAL_ASSETS:
        specs, outs = options.argument("specs"), options.argument("outs")
        if isinstance(specs, list | tuple) and not is_open(specs):
            return [Asset(key_of(spec), getattr(spec, "place", definition.place)) for spec in specs]
        if isinstance(outs, dict) and not is_open(outs):
            return [Asset(_out_key(name, out), definition.place) for name, out in outs.items()]
        return [Asset(None, definition.place)]
    return []


def _single(definition: Definition) -> Asset:
    options = definition.options
    key = options.argument("key")
    if key is not None:
        return Asset(key_of(key), definition.place, *_inputs(definition))
    name = options.argument("name", 0)
    prefix = options.argument("key_prefix", default=())
    name = definition.function.node.name if name is None else name
    parts = [prefix] if isinstance(prefix, str) else list(prefix) if isinstance(prefix, list | tuple) else [UNKNOWN]
    return Asset(key_of([*parts, name]), definition.place, *_inputs(definition))


def _out_key(name: Value, out: Value) -> str | None:
    if not isinstance(out, Made):
        return None
    key, prefix = out.argument("key"), out.argument("key_prefix")
    if key is not None:
        return key_of(key)
    return name if prefix is None and isinstance(name, str) else None


def _inputs(definition: Definition) -> tuple[frozenset[str] | None, frozenset[str]]:
    """Return the inputs of an asset of one key, and those that are loaded as arguments."""
    if definition.kind != "asset":
        return None, frozenset()
    options = definition.options
    deps, ins = options.argument("deps", default=[]), options.argument("ins", default={})
    deps = [] if deps is None else deps
    ins = {} if ins is None else ins
    whole = isinstance(deps, list | tuple | set) and isinstance(ins, dict) and not is_open(deps) and not is_open(ins)
    keys = [key_of(dep) for dep in deps] if isinstance(deps, list | tuple | set) else []
    needs = needs_of(definition)
    loads: set[str] = set()
    for name, given in ins.items() if isinstance(ins, dict) else ():
        key = given.argument("key", 0) if isinstance(given, Made) else UNKNOWN
        prefix = given.argument("key_prefix") if isinstance(given, Made) else None
        key = name if key is None and prefix is None else key_of(key) if prefix is None else None
        whole = whole and key is not None
        loads |= {key} if isinstance(key, str) else set()
    arguments = definition.function.node.args
    plain = needs.possible - needs.parameters - needs.required - set(ins if isinstance(ins, dict) else ())
    # Only a parameter without a type, or with a plain one, is surely an asset; another may be a resource or a config.
    for parameter in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]:
        if parameter.arg in plain:
            if parameter.annotation is None and parameter.arg != "config" and whole:
                loads.add(parameter.arg)
            else:
                whole = False
    if None in keys or not whole:
        return None, frozenset(loads)
    return frozenset(key for key in keys if key) | loads, frozenset(loads)
