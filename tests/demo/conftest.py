"""A lake of its own for the demo's tests: a real store, the catalog, and what receives spans and lineage."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from ruamel.yaml import YAML

from tests.conformance.servers import KEY_ID, SECRET, polaris, store

__all__ = ["polaris", "store"]

PLATFORM = Path(__file__).parents[2] / "demo" / "platform.yaml"
SECRETS = {
    "OBJECT_STORE_KEYS_ACCESS_KEY_ID": KEY_ID,
    "OBJECT_STORE_KEYS_SECRET_ACCESS_KEY": SECRET,
    "POLARIS_CLIENT_ID": "root",
    "POLARIS_CLIENT_SECRET": "s3cr3t",
}


class Receiver(ThreadingHTTPServer):
    """Takes OTLP spans and OpenLineage events over HTTP, and keeps them."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Take)
        self.spans, self.events = [], []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def forget(self):
        self.spans.clear()
        self.events.clear()


class _Take(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self._body()
        if self.path == "/v1/traces":
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                service = {a.key: a.value.string_value for a in resource.resource.attributes}["service.name"]
                self.server.spans += [(service, span) for scope in resource.scope_spans for span in scope.spans]
        elif self.path == "/api/v1/lineage":
            self.server.events.append(json.loads(body))
        else:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def _body(self):
        if self.headers.get("transfer-encoding") != "chunked":
            return self.rfile.read(int(self.headers["content-length"]))
        chunks = []  # as Node sends it: https://www.rfc-editor.org/rfc/rfc9112#section-7.1
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def log_message(self, *_args):
        pass


@pytest.fixture(scope="session")
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="session")
def parsed_dbt(tmp_path_factory, worker_id) -> Path:
    """Where dbt's manifest is kept, shared by all workers of one test run."""
    base = tmp_path_factory.getbasetemp()
    return (base if worker_id == "master" else base.parent) / "dbt"


@pytest.fixture
def write_platform(tmp_path):
    """Write platform.yaml as `change` leaves it, and return its path."""

    def write(change=lambda platform: None) -> Path:
        platform = YAML().load(PLATFORM)
        change(platform)
        file = tmp_path / "platform.yaml"
        YAML().dump(platform, file)
        return file

    return write


@pytest.fixture
def lake_environment(write_platform, polaris, store, receiver, parsed_dbt, monkeypatch):
    """The environment of a platform that runs, in this process; the platform's own telemetry goes to `receiver`."""

    def move(platform):
        for storage in platform["storage"].values():
            storage["endpoint"] = store.endpoint
        platform["catalogs"]["main"]["uri"] = f"{polaris.base}/api/catalog"

    variables = SECRETS | {
        "PLATFORM_FILE": str(write_platform(move)),
        "DEMO_DBT_TARGET": str(parsed_dbt),
        "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url,
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_SERVICE_NAME": "floe-dagster",
        "OPENLINEAGE_URL": receiver.url,
        "OPENLINEAGE_NAMESPACE": "demo",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    receiver.forget()
    return variables
