"""The stand-in as a process: its settings, what it says of itself, its port, its end, its spans, its readiness."""

import os
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from environments.local.standins.polaris.telemetry import table_of
from environments.local.workloads.polaris import probe
from tests.conformance.servers import PROJECT, free_port

GOOD = {
    "POLARIS_HTTP_PORT": "1", "POLARIS_MANAGEMENT_PORT": "1", "POLARIS_DATABASE_URL": "sqlite://",
    "POLARIS_BOOTSTRAP_CREDENTIALS": "POLARIS,root,hidden", "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "hidden",
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, None) for name in GOOD),
        ("POLARIS_HTTP_PORT", "eighty"),
        ("POLARIS_BOOTSTRAP_CREDENTIALS", "root,hidden"),
        ("POLARIS_TOKEN_SECONDS", "-1"),
    ],
)
def test_a_wrong_setting_is_named_without_a_traceback(name, value):
    env = {k: v for k, v in {**GOOD, name: value}.items() if v is not None} | {"PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "environments.local.standins.polaris"]
    done = subprocess.run(command, env=env, cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 2
    assert name in done.stderr
    assert "Traceback" not in done.stderr
    assert "hidden" not in done.stderr


def test_it_says_that_it_is_a_stand_in(polaris):
    answer = httpx.get(f"{polaris.base}/api/catalog/v1/config", trust_env=False)
    assert answer.headers["server"] == "floe-standin-polaris/1.7.0"
    assert "a stand-in for Apache Polaris" in polaris.log.read_text()


def test_it_listens_on_loopback_only(polaris):
    with socket.socket() as other, pytest.raises(ConnectionRefusedError):
        other.connect(("127.0.0.2", polaris.port))


def test_it_ends_when_asked_to(own_polaris):
    server = own_polaris()
    assert server.stop() == 0


def test_what_it_does_not_do_is_501_with_a_reason(polaris):
    polaris.make_catalog("undone")
    with polaris.client() as http:
        asked = http.get("/api/catalog/polaris/v1/undone/applicable-policies")
    assert asked.status_code == 501
    assert asked.json()["error"]["type"] == "NotImplementedException"
    assert "applies" in asked.json()["error"]["message"] or "apply" in asked.json()["error"]["message"]


def test_the_readiness_check_sees_a_wrong_secret_and_a_dead_server(polaris):
    assert probe(polaris.base, "root", "s3cr3t")() is None
    assert "401" in probe(polaris.base, "root", "wrong")()
    with pytest.raises(httpx.TransportError):
        probe(f"http://127.0.0.1:{free_port()}", "root", "s3cr3t")()


@pytest.mark.parametrize(
    ("path", "table"),
    [
        ("/api/catalog/v1/c/namespaces/gold/tables/mart", "gold.mart"),
        ("/api/catalog/v1/c/namespaces/a%1Fb/tables/t%20x/credentials", "a.b.t x"),
        ("/api/catalog/v1/c/namespaces/gold/tables", None),
        ("/api/catalog/v1/c/namespaces/gold/views/v", None),
        ("/api/management/v1/catalogs/c", None),
    ],
)
def test_a_route_names_its_table(path, table):
    assert table_of(path) == table


def test_spans_join_the_trace_of_the_caller(own_polaris):
    received, arrived = [], threading.Event()

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            received.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()
            arrived.set()

        def log_message(self, *_args):
            pass

    collector = HTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=collector.serve_forever, daemon=True).start()
    server = own_polaris(OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{collector.server_port}")
    trace, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    with server.client() as http:
        path = "/api/catalog/v1/c/namespaces/gold/tables/mart"
        http.get(path, headers={"traceparent": f"00-{trace}-{parent}-01"})
    server.stop()  # sends what is left
    assert arrived.wait(20)
    collector.shutdown()
    collector.server_close()
    resources = [resource for request in received for resource in request.resource_spans]
    names = {a.value.string_value for r in resources for a in r.resource.attributes if a.key == "service.name"}
    spans = [span for resource in resources for scope in resource.scope_spans for span in scope.spans]
    joined = [span for span in spans if span.trace_id.hex() == trace]
    assert names == {"polaris"}
    assert [span.parent_span_id.hex() for span in joined] == [parent]
    assert {a.key: a.value.string_value for a in joined[0].attributes}["lake.table"] == "gold.mart"
