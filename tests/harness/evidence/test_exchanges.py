"""HTTP exchanges are recorded with requests, answers and failures, without secrets, and forgotten on request."""

import http.server
import socket
import threading
from collections.abc import Iterator

import httpx
import pytest

from harness.evidence import HttpRecorder

SECRET = "s3cr3t-of-this-stack"


class Answers(http.server.BaseHTTPRequestHandler):
    """Answers by path: /token, /echo, /large, /bytes, /none (closes the connection), anything else 404."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.do_POST()

    def do_POST(self):
        sent = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path.startswith("/none"):
            self.close_connection = True
            return
        status, body = {
            "/token": (200, b'{"access_token": "hunter2", "token_type": "bearer"}'),
            "/echo": (400, sent),
            "/large": (500, b"x" * 100_000),
            "/bytes": (500, b"\xff\xfe\x00binary"),
        }.get(self.path.split("?")[0], (404, b'{"error": "no such thing"}'))
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.send_header("set-cookie", "session=hunter2")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_request_answer_status_and_time_are_kept(server):
    recorder = HttpRecorder()
    with recorder.client(server) as client:
        client.post("/echo?a=1", json={"q": "which warehouse"}, headers={"traceparent": "00-1-2-01"})
    (exchange,) = recorder.exchanges()
    assert (exchange.method, exchange.url, exchange.status) == ("POST", f"{server}/echo?a=1", 400)
    assert exchange.request == exchange.answer == '{"q":"which warehouse"}'
    assert exchange.request_headers["traceparent"] == "00-1-2-01"
    assert exchange.milliseconds >= 0
    assert "which warehouse" in str(exchange)


def test_no_secret_is_kept(server):
    recorder = HttpRecorder()
    with recorder.client(server) as client:
        client.post("/token", data={"client_id": "me", "client_secret": "hunter2", "grant_type": "client_credentials"})
        client.get(f"/b/k?X-Amz-Signature=hunter2&key={SECRET}", headers={"authorization": "Bearer hunter2"})
        client.get("/b", headers={"x-amz-security-token": "hunter2", "cookie": "a=hunter2"})
    told = repr(recorder.exchanges([SECRET])) + "".join(map(str, recorder.exchanges([SECRET])))
    assert "hunter2" not in told
    assert SECRET not in told
    assert "client_credentials" in told
    assert "no such thing" in told


def test_a_request_without_an_answer_is_kept_with_its_reason(server):
    recorder = HttpRecorder()
    with recorder.client(server) as client, pytest.raises(httpx.RemoteProtocolError):
        client.get("/none")
    with socket.socket() as bound:  # bound and not listening: connections are refused
        bound.bind(("127.0.0.1", 0))
        with recorder.client(f"http://127.0.0.1:{bound.getsockname()[1]}") as client, pytest.raises(httpx.ConnectError):
            client.get("/gone")
    closed, refused = recorder.exchanges()
    assert (closed.status, refused.status) == (0, 0)
    assert "RemoteProtocolError" in str(closed)
    assert "ConnectError" in str(refused)
    assert refused.url.endswith("/gone")


def test_long_and_binary_bodies_are_cut_and_say_so(server):
    recorder = HttpRecorder()
    with recorder.client(server) as client:
        client.get("/large")
        client.get("/bytes")
    large, binary = recorder.exchanges()
    assert len(large.answer) < 4_100
    assert "(100000 bytes)" in large.answer
    assert "binary" in binary.answer


def test_a_secret_that_lies_across_the_cut_is_not_shown(server):
    recorder = HttpRecorder()
    with recorder.client(server) as client:
        for padding in range(3_970, 4_010):
            client.post("/echo", content="x" * padding + " " + SECRET + " end")
    for exchange in recorder.exchanges([SECRET]):
        assert "s3cr3t" not in exchange.answer
        assert "s3cr3t" not in exchange.request


def test_a_body_that_was_not_read_is_told_as_such(server):
    recorder = HttpRecorder()
    with recorder.client(server) as client, client.stream("GET", "/large") as response:
        assert response.status_code == 500
    (exchange,) = recorder.exchanges()
    assert (exchange.status, exchange.answer) == (500, "(streamed)")


def test_the_latest_fifty_of_all_clients_are_kept_in_order(server):
    recorder = HttpRecorder()
    with recorder.client(server) as one, recorder.client(server) as other:
        for number in range(60):
            (one if number % 2 else other).get(f"/{number}")
    assert [exchange.url.rpartition("/")[2] for exchange in recorder.exchanges()] == [str(n) for n in range(10, 60)]


def test_clear_forgets_and_the_client_goes_on_recording(server):
    recorder = HttpRecorder()
    with recorder.client(server) as client:
        client.get("/first")
        recorder.clear()
        assert recorder.exchanges() == []
        client.get("/second")
    (exchange,) = recorder.exchanges()
    assert exchange.url.endswith("/second")


def test_a_client_obeys_base_url_and_timeout_and_no_proxy_of_the_machine(server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    recorder = HttpRecorder()
    with recorder.client(f"{server}/api", timeout=3.0) as client:
        assert client.timeout.read == 3.0
        assert client.get("v1").status_code == 404
    assert recorder.exchanges()[0].url == f"{server}/api/v1"
