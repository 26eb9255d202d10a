"""The Iceberg tables of the lake, through the catalog, by PyIceberg (which is imported when it is first needed)."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from demo.settings import Settings

if TYPE_CHECKING:
    import pyarrow as pa
    from pyiceberg.catalog.rest import RestCatalog
    from pyiceberg.table import Table


class Lake:
    """Reads and writes tables by `<namespace>.<table>`; raises PyIceberg's errors."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def catalog(self) -> RestCatalog:
        """The catalog, logged in; vended keys or the platform's own, as platform.yaml says."""
        from pyiceberg.catalog.rest import RestCatalog

        catalog, store = self.settings.catalog, self.settings.store
        properties = {
            "uri": catalog.uri,
            "warehouse": catalog.warehouse,
            "credential": f"{catalog.client_id}:{catalog.client_secret}",
            "scope": catalog.scope,
            "oauth2-server-uri": catalog.token_uri,
        }
        if not catalog.vended:
            properties |= {
                # PyIceberg asks for vending unless the header is there and empty.
                "header.X-Iceberg-Access-Delegation": "",
                "s3.endpoint": store.endpoint,
                "s3.region": store.region,
                "s3.access-key-id": store.key_id,
                "s3.secret-access-key": store.secret,
                "s3.force-virtual-addressing": str(not store.path_style).lower(),
            }
        return RestCatalog("lake", **properties)

    def overwrite(self, name: str, rows: pa.Table) -> Table:
        """Make the table hold exactly `rows`, creating it when it is not there, and return it."""
        namespace = tuple(name.split(".")[:-1])
        # Asked by a list, since a look-up of what is not there shows as an error in the trace.
        if (*namespace, name.split(".")[-1]) in self.catalog.list_tables(namespace):
            table: Table = self.catalog.load_table(name)
            table.overwrite(rows)
        else:
            table = self.catalog.create_table(name, schema=rows.schema)
            table.append(rows)
        return table

    def fields(self, name: str) -> list[tuple[str, str]]:
        """Return the columns of a table: name and Iceberg type, e.g. `("revenue", "decimal(18, 2)")`."""
        schema = self.catalog.load_table(name).schema()
        return [(field.name, str(field.field_type)) for field in schema.fields]
