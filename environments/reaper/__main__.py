"""`python -m environments.reaper FOLDER STACK_ID DELAY`: the reaper's own process."""

from __future__ import annotations

import selectors
import signal
import socket
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from environments.reaper.cleaning import clean
from environments.reaper.client import SOCKET


@dataclass
class Held:
    """What the reaper holds for its stack."""

    processes: list[tuple[int, float]] = field(default_factory=list)
    keep: bool = False
    down: socket.socket | None = None  # the client that asked for the end, and waits for it

    def take(self, line: str, client: socket.socket) -> None:
        """Carry out one request line: `process PID CREATED`, `keep 0|1` or `down`; each is answered with `ok`."""
        match line.split():
            case ["process", pid, created]:
                self.processes.append((int(pid), float(created)))
            case ["keep", value]:
                self.keep = value == "1"
            case ["down"]:
                self.down = client
                return
            case _:
                client.sendall(b"unknown request\n")
                return
        client.sendall(b"ok\n")


def main() -> None:
    """Serve until the stack is to go, then remove it."""
    folder, stack_id, delay = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    held = Held()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / SOCKET))
        server.listen()
        _serve(server, held, delay)
    clean(stack_id, held.processes, folder)
    if held.down is not None:
        held.down.sendall(b"ok\n")


def _serve(server: socket.socket, held: Held, delay: float) -> None:
    """Take requests until `down`, or until nobody has been connected for `delay` seconds and it is not kept."""
    selector = selectors.DefaultSelector()
    selector.register(server, selectors.EVENT_READ)
    buffers: dict[socket.socket, bytes] = {}
    alone_since = time.monotonic()
    while held.down is None:
        for key, _ in selector.select(timeout=0.5):
            client = key.fileobj
            assert isinstance(client, socket.socket)
            if client is server:
                accepted, _address = server.accept()
                buffers[accepted] = b""
                selector.register(accepted, selectors.EVENT_READ)
                continue
            received = _receive(client)
            if not received:
                selector.unregister(client)
                del buffers[client]
                client.close()
                alone_since = time.monotonic()
                continue
            *lines, buffers[client] = (buffers[client] + received).split(b"\n")
            for line in lines:
                held.take(line.decode(), client)
        if buffers or held.keep:
            alone_since = time.monotonic()
        elif time.monotonic() - alone_since >= delay:
            return


def _receive(client: socket.socket) -> bytes:
    try:
        return client.recv(65536)
    except ConnectionError:
        return b""


if __name__ == "__main__":
    main()
