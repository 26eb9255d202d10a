"""Where things may lie: inside their parent's location, and over no sibling's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from .entities import Entity, children
from .errors import Refusal
from .javaset import java_list, java_order


def folder(location: str) -> str:
    """Return a location as a folder, with one slash at its end."""
    return location.rstrip("/") + "/"


def within(location: str, place: str) -> bool:
    """Return whether a location is a place or lies in it, seen as folders."""
    return folder(location).startswith(folder(place))


def overlap(one: str, other: str) -> bool:
    """Return whether one of two locations lies in the other."""
    return within(one, other) or within(other, one)


def flag(catalog: Entity, name: str, default: bool = False) -> bool:
    """Return a catalog's own setting `polaris.config.<name>`."""
    return catalog.properties.get(f"polaris.config.{name}", str(default)).lower() == "true"


def base(catalog: Entity) -> str:
    """Return a catalog's default-base-location."""
    return catalog.properties["default-base-location"]


def allowed_for(catalog: Entity, namespaces: Sequence[Entity]) -> list[str]:
    """Return where tables of a namespace may lie."""
    if not flag(catalog, "allow.unstructured.table.location"):
        for namespace in reversed(namespaces):
            if namespace.location:
                return [namespace.location.rstrip("/")]
    return [place.rstrip("/") for place in catalog.details["storage"]["allowedLocations"]]


def used_by_table(location: str, properties: dict[str, str]) -> list[str]:
    """Return the locations that a table's metadata makes use of."""
    metadata = properties.get("write.metadata.path")
    data = (properties.get(name) for name in ("write.data.path", "write.object-storage.path"))
    files = [metadata, f"{metadata.rstrip('/')}/metadata.json"] if metadata else [f"{location}/metadata/metadata.json"]
    return [location, *files, *(place for place in data if place)]


def check_inside(used: Iterable[str], allowed: Sequence[str], identifier: str) -> None:
    """Refuse a location that is in none of the allowed ones."""
    places = java_order(used)
    for place in places:
        if not any(within(place, parent) for parent in allowed):
            raise Refusal(
                "ForbiddenException",
                f"Invalid locations '{java_list(places)}' for identifier '{identifier}': {place} is not in the list of "
                f"allowed locations: {java_list(allowed)}",
            )


def check_free(session: Session, parent: Entity, location: str, itself: int | None = None) -> None:
    """Refuse a location that overlaps the one of a namespace, table or view directly below `parent`."""
    for sibling in children(session, parent.id, "namespace", "table", "view"):
        if sibling.id != itself and sibling.location and overlap(location, sibling.location):
            raise Refusal(
                "ForbiddenException",
                f"Unable to create entity at location '{location}' because it conflicts with existing table or "
                f"namespace at location '{folder(sibling.location)}'",
            )
