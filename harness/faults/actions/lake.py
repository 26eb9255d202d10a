"""Actions on the tables of a running stack, their files, and what the catalog grants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from harness.faults.actions.action import LiveAction, Name
from harness.faults.inapplicable import Inapplicable
from harness.faults.live import Live, Undo
from harness.platform.problem import did_you_mean

if TYPE_CHECKING:
    from pyiceberg.table import Table

_TABLE = "the table, <namespace>.<table>"


class RenameTable(LiveAction):
    """Rename a table; undone by renaming it back"""

    rename_table: Name = Field(description=_TABLE)
    to: Name = Field(description="its new name, likewise")

    def apply_live(self, live: Live) -> Undo:
        """Rename it."""
        live.table(self.rename_table, "rename_table")
        live.catalog.rename_table(self.rename_table, self.to)
        return lambda: live.catalog.rename_table(self.to, self.rename_table)


class RenameColumn(LiveAction):
    """Rename a column of a table; undone by renaming it back"""

    rename_column: Name = Field(description="the column's name")
    table: Name = Field(description=_TABLE)
    to: Name = Field(description="its new name")

    def apply_live(self, live: Live) -> Undo:
        """Rename it."""
        names = live.table(self.table, "table").schema().column_names
        if self.rename_column not in names:
            hint = did_you_mean(self.rename_column, names)
            raise Inapplicable("rename_column", f"there is no column {self.rename_column!r}{hint}")
        self._rename(live, self.rename_column, self.to)
        return lambda: self._rename(live, self.to, self.rename_column)

    def _rename(self, live: Live, old: str, new: str) -> None:
        with live.table(self.table, "table").update_schema() as update:
            update.rename_column(old, new)


class RepeatRows(LiveAction):
    """Load a table's rows a second time; undone by rolling back"""

    repeat_rows: Name = Field(description=_TABLE)

    def apply_live(self, live: Live) -> Undo:
        """Load them."""
        table, undo = _with_rollback(live, self.repeat_rows, "repeat_rows")
        table.append(table.scan().to_arrow())
        return undo


class LoseRows(LiveAction):
    """Keep a part of a table's rows alone, as a load that ended too early does; undone by rolling back"""

    lose_rows: Name = Field(description=_TABLE)
    keep: int = Field(ge=0, description="rows that stay")

    def apply_live(self, live: Live) -> Undo:
        """Lose the others."""
        table, undo = _with_rollback(live, self.lose_rows, "lose_rows")
        table.overwrite(table.scan().to_arrow().slice(0, self.keep))
        return undo


class HideFiles(LiveAction):
    """Take away files of a table from the object store; undone by putting them back"""

    hide_files: Name = Field(description=_TABLE)
    ending: Name = Field(default=".parquet", description="the end of their names")

    def apply_live(self, live: Live) -> Undo:
        """Take them away."""
        place = live.table(self.hide_files, "hide_files").location().removeprefix("s3://")
        bucket, _, prefix = place.partition("/")
        store = live.probe.objects
        keys = [key for key in store.keys_under(bucket, f"{prefix.rstrip('/')}/") if key.endswith(self.ending)]
        if not keys:
            raise Inapplicable("ending", f"no file of {self.hide_files} ends so", actual=self.ending)
        for key in keys:
            store.move(bucket, key, f"hidden/{key}")

        def put_back() -> None:
            for key in keys:
                store.move(bucket, f"hidden/{key}", key)

        return put_back


class RevokeGrant(LiveAction):
    """Revoke a privilege on the whole warehouse; undone by granting it"""

    revoke_grant: Name = Field(description="the privilege, as in CATALOG_MANAGE_CONTENT")
    role: Name = Field(default="catalog_admin", description="the catalog role that has it")

    def apply_live(self, live: Live) -> Undo:
        """Revoke it."""
        live.probe.catalog.set_grant(self.role, self.revoke_grant, granted=False)
        return lambda: live.probe.catalog.set_grant(self.role, self.revoke_grant, granted=True)


class Grant(LiveAction):
    """Grant a privilege on the whole warehouse; undone by revoking it"""

    grant: Name = Field(description="the privilege, as in CATALOG_MANAGE_CONTENT")
    role: Name = Field(default="catalog_admin", description="the catalog role that is to have it")

    def apply_live(self, live: Live) -> Undo:
        """Grant it."""
        if self.grant in live.probe.catalog.grants(self.role):
            raise Inapplicable("grant", f"{self.role} has {self.grant} already")
        live.probe.catalog.set_grant(self.role, self.grant, granted=True)
        return lambda: live.probe.catalog.set_grant(self.role, self.grant, granted=False)


def _with_rollback(live: Live, name: str, key: str) -> tuple[Table, Undo]:
    table = live.table(name, key)
    snapshot = table.current_snapshot()
    if snapshot is None:
        raise Inapplicable(key, f"{name} has no rows")

    def back() -> None:
        with live.table(name, key).manage_snapshots() as manage:
            manage.rollback_to_snapshot(snapshot.snapshot_id)

    return table, back
