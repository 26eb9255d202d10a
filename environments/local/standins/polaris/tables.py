"""Catalog API: tables, but for commits."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from pyiceberg.table.metadata import TableMetadata
from sqlalchemy.orm import Session

from . import metadata as iceberg
from .access import Access
from .call import Call, Json
from .entities import TABLE_LIKE, Entity, child, remove, swap_pointer
from .errors import Refusal, bad_json
from .locations import allowed_for, base, check_free, check_inside, flag, folder, used_by_table
from .names import catalog_named, check_name, identifier, resolve_in_namespace, resolve_namespace
from .paging import listed
from .vending import client_config, refresh_route

_TAG = re.compile(r'(?:W/)?"[^"]*"')


def found(call: Call, session: Session, kind: str = "table") -> list[Entity]:
    """Return the path to the table of the request; 404 when it is not there."""
    catalog = catalog_named(session, call.param("prefix"))
    return resolve_in_namespace(session, catalog, call.levels, kind, call.param(kind))


def delegated(call: Call) -> bool:
    """Return whether credentials are asked for; 400 for remote signing, which the server does not do."""
    modes = {mode.strip() for mode in (call.header("x-iceberg-access-delegation") or "").split(",")}
    if "remote-signing" in modes:
        raise Refusal("IllegalArgumentException", "Unsupported access delegation mode: REMOTE_SIGNING")
    return "vended-credentials" in modes


def etag(pointer: str) -> str:
    """Return the entity tag of a table at a metadata file."""
    return f'W/"{hashlib.sha256(pointer.encode()).hexdigest()}"'


def answer(
    call: Call, catalog: Entity, name: str, document: Json, pointer: str | None, vend: bool, write: bool = True
) -> tuple[int, Json, dict[str, str]]:
    """Return a table as create and load show it; with credentials when they are asked for."""
    levels = call.levels
    body: Json = {"metadata-location": pointer} if pointer else {}
    body |= {"metadata": document, "config": client_config(catalog)}
    if vend:
        location = document["location"]
        secret = call.server.vendor.vend(catalog, location, write, identifier(levels, name))
        body["config"] |= secret | {"client.refresh-credentials-endpoint": refresh_route(catalog, levels, name)}
        body["storage-credentials"] = [{"prefix": location, "config": secret}]
    return 200, body, {"etag": etag(pointer)} if pointer else {}


def list_tables(call: Call) -> Json:
    """GET tables."""
    levels = call.levels
    with call.server.database.read() as session:
        path = resolve_namespace(session, catalog_named(session, call.param("prefix")), levels)
        call.access(session, path[0]).require("LIST_TABLES", path)
        return listed(
            call, session, path[0], path[-1], "table", "identifiers", lambda e: {"namespace": levels, "name": e.name}
        )


def check_unused(session: Session, namespace: Entity, levels: list[str], name: str, kind: str) -> None:
    """Refuse a name that a table or view of the namespace has (409)."""
    for other in TABLE_LIKE:
        if child(session, namespace.id, other, name) is not None:
            label, shown = (other.replace("-", " ").capitalize(), identifier(levels, name))
            message = f"{label} already exists: {shown}"
            raise Refusal(
                "AlreadyExistsException",
                message if other == kind else f"{label} with same name already exists: {shown}",
            )


def create_table(call: Call) -> Any:
    """POST tables: written and pointed to, or only planned when `stage-create` is asked for."""
    sent, vend, levels = call.body(), delegated(call), call.levels
    staged = bool(sent.get("stage-create"))
    operation = f"CREATE_TABLE_{'STAGED' if staged else 'DIRECT'}{'_WITH_WRITE_DELEGATION' if vend else ''}"
    with call.server.database.read() as session:
        path = resolve_namespace(session, catalog_named(session, call.param("prefix")), levels)
        catalog = path[0]
        call.access(session, catalog).require(operation, path)
        name = _checked_name(sent)
        check_unused(session, path[-1], levels, name, "table")
        check_name(name)
        location = _location(sent, path)
        made = iceberg.created(sent, location, _defaults(catalog))
        allowed = allowed_for(catalog, path[1:])
        check_inside(used_by_table(location, made.properties), allowed, identifier(levels, name))
        check_free(session, path[-1], location)
    document = iceberg.document(made)
    if staged:
        return answer(call, catalog, name, document, None, vend)
    pointer = iceberg.new_location(location, made.properties, None)
    call.server.vendor.bucket(catalog, location).put(pointer, iceberg.to_bytes(document, pointer))
    try:
        with call.server.database.write() as session:
            add_table(session, path, levels, name, location, pointer)
    except Refusal:
        call.server.vendor.bucket(catalog, location).delete(pointer)
        raise
    return answer(call, catalog, name, document, pointer, vend)


def add_table(session: Session, path: list[Entity], levels: list[str], name: str, location: str, pointer: str) -> None:
    """Keep a new table, unless its name or place was taken meanwhile."""
    resolve_namespace(session, path[0], levels)
    check_unused(session, path[-1], levels, name, "table")
    check_free(session, path[-1], location)
    session.add(Entity("table", name, parent_id=path[-1].id, catalog_id=path[0].id, location=location, pointer=pointer))
    session.flush()


def _checked_name(sent: Json) -> str:
    name = sent.get("name")
    if name is None or name == "":
        raise Refusal("IllegalArgumentException", f"Invalid table name: {'null' if name is None else 'null or empty'}")
    if not isinstance(name, str):
        raise bad_json()
    if sent.get("schema") is None:
        raise Refusal("IllegalArgumentException", "Invalid schema: null")
    if sent.get("location") == "":
        raise Refusal("IllegalArgumentException", "path must not be null or empty")
    return name


def _location(sent: Json, path: list[Entity]) -> str:
    given = sent.get("location")
    if given is not None:
        return str(given).rstrip("/")
    place = folder(base(path[0]))
    for namespace in path[1:]:
        place = namespace.location or f"{place}{namespace.name}/"
    return f"{folder(place)}{sent['name']}"


def _defaults(catalog: Entity) -> dict[str, str]:
    prefix = "table-default."
    return {k.removeprefix(prefix): v for k, v in catalog.properties.items() if k.startswith(prefix)}


def read(call: Call, path: list[Entity]) -> TableMetadata:
    """Return a table's metadata, read from the store."""
    return iceberg.from_bytes(_file(call, path))


def _file(call: Call, path: list[Entity]) -> bytes:
    """Read a table's metadata file from the store, each time: a store or an STS that is dead shows (recorded)."""
    table = path[-1]
    return call.server.vendor.bucket(path[0], table.location or "").get(table.pointer or "")


def _require_load(access: Access, path: list[Entity], vend: bool) -> bool:
    """Check that the caller may load a table, and return whether also write its data."""
    if not vend:
        access.require("LOAD_TABLE", path)
        return False
    if access.may("LOAD_TABLE_WITH_WRITE_DELEGATION", path):
        return True
    access.require("LOAD_TABLE_WITH_READ_DELEGATION", path)
    return False


def load_table(call: Call) -> Any:
    """GET a table; 304 when the caller has it already."""
    tags, snapshots = (_known_tags(call.header("if-none-match")), (call.query("snapshots") or "all").lower())
    with call.server.database.read() as session:
        path = found(call, session)
        vend = delegated(call)
        write = _require_load(call.access(session, path[0]), path, vend)
    table = path[-1]
    if etag(table.pointer or "") in tags:
        return 304
    if snapshots not in ("all", "refs"):
        raise Refusal("IllegalArgumentException", f"Unrecognized snapshots: {call.query('snapshots')}")
    document = iceberg.shown(_file(call, path))
    if snapshots == "refs":
        document = iceberg.only_refs(document)
    return answer(call, path[0], table.name, document, table.pointer, vend, write)


def _known_tags(header: str | None) -> list[str]:
    if header is None:
        return []
    if header.strip() == "*":
        raise Refusal("BadRequestException", "If-None-Match may not take the value of '*'")
    tags = [tag.strip() for tag in header.split(",")]
    if not all(_TAG.fullmatch(tag) for tag in tags):
        raise Refusal("IllegalArgumentException", f"Invalid If-None-Match header: {header}")
    return tags


def table_exists(call: Call) -> int:
    """HEAD a table: the real server reads its metadata for it, so a dead store or STS shows here too."""
    with call.server.database.read() as session:
        path = found(call, session)
        call.access(session, path[0]).require("TABLE_EXISTS", path)
    read(call, path)
    return 204


def load_credentials(call: Call) -> Json:
    """GET a table's credentials."""
    with call.server.database.read() as session:
        path = found(call, session)
        write = _require_load(call.access(session, path[0]), path, vend=True)
    location = read(call, path).location
    secret = call.server.vendor.vend(path[0], location, write, identifier(call.levels, path[-1].name))
    return {"storage-credentials": [{"prefix": location, "config": secret}]}


def report_metrics(call: Call) -> int:
    """POST metrics: read, and forgotten, as the real server does by default."""
    if "report-type" not in call.body():
        raise Refusal("IllegalArgumentException", "Cannot parse missing string: report-type")
    with call.server.database.read() as session:
        path = found(call, session)
        call.access(session, path[0]).require("REPORT_READ_METRICS", path)
    return 204


def drop_table(call: Call) -> int:
    """DELETE a table; its files too when that is asked for and the catalog allows it."""
    purge = call.flag("purgeRequested")
    with call.server.database.write() as session:
        path = found(call, session)
        call.access(session, path[0]).require(f"DROP_TABLE_{'WITH' if purge else 'WITHOUT'}_PURGE", path)
        if purge:
            check_purge(path)
        remove(session, path[-1])
    if purge:
        call.server.vendor.bucket(path[0], path[-1].location or "").delete(path[-1].pointer or "")
    return 204


def check_purge(path: list[Entity]) -> None:
    """Refuse to remove files where the catalog does not allow it (the default)."""
    if not flag(path[0], "drop-with-purge.enabled"):
        raise Refusal(
            "ForbiddenException",
            f"Unable to purge entity: {path[-1].name}. To enable this feature, set the Polaris configuration "
            "DROP_WITH_PURGE_ENABLED or the catalog configuration polaris.config.drop-with-purge.enabled",
        )


def rename_table(call: Call) -> int:
    """POST tables/rename."""
    return rename(call, "table")


def rename(call: Call, kind: str) -> int:
    """Give a table or view another name or namespace; its location stays."""
    sent = call.body()
    ends = []
    for end in ("source", "destination"):
        given = sent.get(end)
        if given is None:
            raise Refusal(
                "NullPointerException",
                'Cannot invoke "org.apache.iceberg.catalog.TableIdentifier.namespace()" because "identifier" is null',
            )
        ends.append(read_identifier(given))
    (levels, name), (to_levels, to_name) = ends
    with call.server.database.write() as session:
        catalog = catalog_named(session, call.param("prefix"))
        path = resolve_in_namespace(session, catalog, levels, kind, name)
        to = resolve_namespace(session, catalog, to_levels)
        access = call.access(session, path[0])
        access.require(f"RENAME_{kind.upper()}", path)
        for other in TABLE_LIKE:
            if child(session, to[-1].id, other, to_name) is not None:
                raise Refusal(
                    "AlreadyExistsException",
                    f"Cannot rename {identifier(levels, name)} to {identifier(to_levels, to_name)}. "
                    f"{other.replace('-', ' ').capitalize()} already exists",
                )
        path[-1].name, path[-1].parent_id = check_name(to_name), to[-1].id
        path[-1].touch()
        return 204


def read_identifier(given: Any) -> tuple[list[str], str]:
    """Read a table identifier of the specification."""
    if not isinstance(given, dict) or not isinstance(given.get("namespace"), list):
        raise bad_json()
    if not isinstance(given.get("name"), str):
        raise Refusal("IllegalArgumentException", "Cannot parse missing string: name")
    return [str(level) for level in given["namespace"]], given["name"]


def register_table(call: Call) -> Any:
    """POST register: a metadata file that is there becomes a table."""
    sent, levels = call.body(), call.levels
    for field in ("name", "metadata-location"):
        if not isinstance(sent.get(field), str):
            raise Refusal("IllegalArgumentException", f"Cannot parse missing string: {field}")
    name, pointer, overwrite = (sent["name"], sent["metadata-location"], bool(sent.get("overwrite")))
    with call.server.database.read() as session:
        path = resolve_namespace(session, catalog_named(session, call.param("prefix")), levels)
        catalog = path[0]
        call.access(session, catalog).require("REGISTER_TABLE_OVERWRITE" if overwrite else "REGISTER_TABLE", path)
        existing = child(session, path[-1].id, "table", name) if overwrite else None
        if existing is None:
            check_unused(session, path[-1], levels, name, "table")
        check_name(name)
        check_inside([pointer], allowed_for(catalog, path[1:]), identifier(levels, name))
    if not pointer.endswith(".json"):
        raise Refusal("IllegalArgumentException", f"{pointer} is not a valid metadata file")
    read_from = allowed_for(catalog, path[1:])[0]
    made = iceberg.from_bytes(call.server.vendor.bucket(catalog, read_from).get(pointer))
    with call.server.database.write() as session:
        check_free(session, path[-1], made.location, existing.id if existing else None)
        if existing is None:
            add_table(session, path, levels, name, made.location, pointer)
        else:
            swap_pointer(session, existing, existing.pointer, pointer)
    return answer(call, catalog, name, iceberg.document(made), pointer, vend=False)
