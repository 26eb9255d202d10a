"""What a contract may ask: one stack, its platform, what is expected of it, and a client for each system."""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from harness import stack as names
from harness.contracts.breach import Breach, NotEvaluated
from harness.expectations import FILE, Expectations, load_expectations
from harness.stack import Stack
from harness.systems.http import MakeClient, plain_client
from harness.wait import eventually

if TYPE_CHECKING:
    import httpx

    from harness.platform import Platform
    from harness.systems.catalog import CatalogClient
    from harness.systems.cube import Cube
    from harness.systems.dagster import Dagster
    from harness.systems.database import Database
    from harness.systems.dbt import Dbt
    from harness.systems.lake import Keys, Lake
    from harness.systems.lineage import Lineage
    from harness.systems.object_store import ObjectStore
    from harness.systems.traces import Traces

Result = Mapping[str, Any]
T = TypeVar("T")


class Probe:
    """Clients of one stack, each made when it is first used.

    `result`: gives the result of a stage, made on demand once for the stack; by default made anew by each probe.
    `rerun`: runs a job workload of the stack again, to its end. `expectations_file`: by default beside the
    platform.yaml that the stack was made from. `scale`: what the demo's rows were multiplied by; by default as the
    stack has it. `make_client`: makes the HTTP clients; the default records nothing. `patience`: seconds that no wait
    and no request may exceed; by default each has its own limit. `on_check`: told the id of each contract that is
    checked.
    """

    def __init__(
        self,
        stack: Stack,
        platform: Platform,
        *,
        result: Callable[[str], Result] | None = None,
        rerun: Callable[[str], object] | None = None,
        expectations_file: Path | None = None,
        scale: int | None = None,
        make_client: MakeClient = plain_client,
        patience: float = math.inf,
        on_check: Callable[[str], object] = lambda id: None,
    ) -> None:
        self.stack = stack
        self.platform = platform
        self.scale = scale if scale is not None else stack.scale
        self._result = result
        self._rerun = rerun
        self._expectations_file = expectations_file or (stack.made_from or stack.platform_file).with_name(FILE)
        self._make = make_client
        self.patience = patience
        self.on_check = on_check
        self._own_results: dict[str, Result] = {}

    @cached_property
    def expectations(self) -> Expectations:
        """What is expected of the platform's data."""
        return load_expectations(self._expectations_file)

    def result(self, stage: str) -> Result:
        """Return the result of a stage, which is made when it is not there yet."""
        if self._result is not None:
            return self._result(stage)
        if stage not in self._own_results:
            from harness.stages import STAGES

            self._own_results[stage] = STAGES[stage](self)
        return self._own_results[stage]

    def rerun(self, workload: str) -> None:
        """Run a job workload of the stack again, to its end; raises NotEvaluated where that is not to be done."""
        if self._rerun is None:
            raise NotEvaluated(f"{workload} is not run again for this")
        self._rerun(workload)

    def own_name(self) -> str:
        """Return a new name for what a check writes; it tells whose it is, so that nobody takes it for theirs."""
        return f"harness_{self.stack.id}_{secrets.token_hex(4)}"

    def within(self, limit: float) -> float:
        """Return a limit in seconds, shortened to the patience that there is."""
        return min(limit, self.patience)

    def needs(self, seconds: float) -> None:
        """Raise NotEvaluated when there is not the patience for something that may take so long."""
        if self.patience < seconds:
            raise NotEvaluated(f"it may take {seconds:.0f} s, more than there is patience for")

    def eventually(self, holds: Callable[[], T], limit: float, *, after: str) -> T:
        """Call `holds` until it raises no Breach, and return what it returns.

        `limit`: seconds from the end of stage `after` in which it must come true. Patience may end before them: then
        NotEvaluated is raised in place of the Breach.
        """
        if math.isinf(self.patience):
            return eventually(holds, limit, Breach)
        left = self.result(after).get("ended", 0.0) + limit - time.time()
        try:
            return eventually(holds, max(0.0, self.within(left)), Breach)
        except Breach as breach:
            if left <= self.patience:
                raise
            raise NotEvaluated(f"it may still come, within {left:.0f} s: {breach.heading}") from breach

    def _make_client(self, base_url: str, *, timeout: float = 30.0) -> httpx.Client:
        return self._make(base_url, timeout=self.within(timeout))

    @cached_property
    def namespaces(self) -> dict[str, str]:
        """Layer -> namespace."""
        return {name: layer.namespace for name, layer in self.platform.layers.items()}

    def _secret(self, ref: str) -> str:
        return self.stack.secret(ref)

    def _keys(self) -> Keys:
        from harness.systems.lake import Keys

        storage = next(iter(self.platform.storage.values()))
        ref = str(storage.credentials.secret_ref)
        return Keys(
            endpoint=self.stack.endpoints[names.OBJECT_STORE],
            region=storage.region,
            access_key_id=self._secret(f"{ref}.access-key-id"),
            secret_access_key=self._secret(f"{ref}.secret-access-key"),
        )

    def _catalog_secrets(self) -> dict[str, str]:
        given = self.platform.catalog.credentials
        return {
            "client_id": self._secret(given.client_id.secret_ref),
            "client_secret": self._secret(given.client_secret.secret_ref),
            "scope": given.scope,
        }

    @property
    def _catalog_uri(self) -> str:
        return f"{self.stack.endpoints[names.CATALOG]}/api/catalog"

    def table_properties(self) -> dict[str, str]:
        """Return what PyIceberg needs besides the catalog to reach the files; vended keys come from the catalog."""
        keys = self._keys()
        if self.platform.catalog.access_delegation == "vended-credentials":
            from harness.systems.reach import reached

            return {**reached(next(iter(self.platform.storage.values())).endpoint, keys.endpoint)}
        return {
            "header.X-Iceberg-Access-Delegation": "",  # PyIceberg asks for vending unless the header is empty
            "s3.endpoint": keys.endpoint,
            "s3.region": keys.region,
            "s3.access-key-id": keys.access_key_id,
            "s3.secret-access-key": keys.secret_access_key,
        }

    @cached_property
    def catalog(self) -> CatalogClient:
        """The catalog."""
        from harness.systems.catalog import CatalogClient

        return CatalogClient(
            uri=self._catalog_uri,
            management=self.stack.endpoints[names.CATALOG],
            health=self.stack.endpoints.get(names.CATALOG_HEALTH),
            warehouse=self.platform.warehouse,
            make_client=self._make_client,
            **self._catalog_secrets(),
        )

    @cached_property
    def objects(self) -> ObjectStore:
        """The object store."""
        from harness.systems.object_store import ObjectStore

        return ObjectStore(self._keys(), timeout=self.within(30.0))

    @cached_property
    def lake(self) -> Lake:
        """An independent DuckDB on the catalog."""
        from harness.systems.lake import Lake

        return Lake(
            catalog_uri=self._catalog_uri,
            warehouse=self.platform.warehouse,
            keys=self._keys(),
            timeout=self.within(30.0),
            fresh=math.isinf(self.patience),  # a look at what is there, made at once, is of one moment
            **self._catalog_secrets(),
        )

    @cached_property
    def dagster(self) -> Dagster:
        """The orchestrator."""
        from harness.systems.dagster import Dagster

        location = self.expectations.orchestrator.location
        return Dagster(self.stack.endpoints[names.ORCHESTRATOR], location=location, make_client=self._make_client)

    @cached_property
    def dbt(self) -> Dbt:
        """The dbt project, which the expectations name."""
        from harness.systems.dbt import Dbt

        return Dbt((self._expectations_file.parent / self.expectations.transform.project).resolve())

    @cached_property
    def cube(self) -> Cube:
        """The semantic layer."""
        from harness.systems.cube import Cube

        url = self.stack.endpoints[names.SEMANTIC_LAYER]
        return Cube(url, secret=self._secret("cube-api-secret"), make_client=self._make_client)

    @cached_property
    def refresh_worker(self) -> Cube:
        """The semantic layer's refresh worker, which is a server of the same kind."""
        from harness.systems.cube import Cube

        url = self.stack.endpoints[names.SEMANTIC_REFRESH]
        return Cube(url, secret=self._secret("cube-api-secret"), make_client=self._make_client)

    @cached_property
    def traces(self) -> Traces:
        """The trace store."""
        from harness.systems.traces import Traces

        ends = self.stack.endpoints
        return Traces(ends[names.TRACE_STORE], ends[names.OTLP_HTTP], make_client=self._make_client)

    @cached_property
    def lineage(self) -> Lineage:
        """The lineage store."""
        from harness.systems.lineage import Lineage

        return Lineage(self.stack.endpoints[names.LINEAGE_STORE], make_client=self._make_client)

    @cached_property
    def database(self) -> Database:
        """The database."""
        from harness.systems.database import Database

        secret = self._secret("postgres-password")
        return Database(self.stack.endpoints[names.DATABASE], secret, timeout=self.within(10.0))
