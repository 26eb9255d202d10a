"""What is recorded carries no secret."""

import pytest

from harness.evidence import HttpRecorder, mask


@pytest.mark.parametrize(
    "text",
    [
        "grant_type=client_credentials&client_secret=hunter2&scope=x",
        '{"access_token": "hunter2", "token_type": "bearer"}',
        "authorization: Bearer hunter2",
        '{"config": {"s3.secret-access-key": "hunter2"}}',
        "http://store/b/k?X-Amz-Signature=hunter2",
    ],
)
def test_secrets_are_hidden(text):
    assert "hunter2" not in mask(text)


def test_an_exchange_is_kept_with_its_request_and_answer():
    import http.server
    import threading

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(400)
            self.end_headers()
            self.wfile.write(b'{"access_token": "hunter2", "error": "no such thing"}')

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        recorder = HttpRecorder()
        with recorder.client(f"http://127.0.0.1:{server.server_port}") as client:
            client.post("/token", data={"client_secret": "hunter2", "grant_type": "x"})
        (exchange,) = recorder.exchanges()
        server.shutdown()
    assert (exchange.method, exchange.status) == ("POST", 400)
    assert "no such thing" in str(exchange)
    assert "hunter2" not in str(exchange)
