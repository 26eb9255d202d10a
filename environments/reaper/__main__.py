"""`python -m environments.reaper FOLDER STACK_ID DELAY`: the reaper's own process."""

from __future__ import annotations

import selectors
import signal
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from environments.reaper.cleaning import clean
from environments.reaper.client import SOCKET
from environments.reaper.record import record


@dataclass
class Held:
    """What the reaper holds for its stack."""

    processes: list[tuple[int, float]] = field(default_factory=list)
    keep: bool = False
    ended: bool = False  # asked to end the stack now
    waiting: list[socket.socket] = field(default_factory=list)  # clients that asked for the end, and wait for it

    def take(self, line: str, client: socket.socket) -> None:
        """Carry out one request line: `process PID CREATED`, `keep 0|1` or `down`; each is answered with `ok`."""
        try:
            match line.split():
                case ["process", pid, created]:
                    self.processes.append((int(pid), float(created)))
                case ["keep", ("0" | "1") as value]:
                    self.keep = value == "1"
                case ["down"]:
                    self.ended = True
                    self.waiting.append(client)
                    return
                case _:
                    raise ValueError(line)
        except ValueError:
            _answer(client, b"unknown request\n")
        else:
            _answer(client, b"ok\n")


def main() -> None:
    """Serve until the stack is to go, then remove it."""
    folder, stack_id, delay = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])
    held = Held()
    for number in (signal.SIGINT, signal.SIGHUP):  # a terminal's, meant for the client
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: setattr(held, "ended", True))
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / SOCKET))
        server.listen()
        why = _serve(server, held, delay)
    removed = clean(stack_id, held.processes, folder)
    record(folder.parent, stack_id, why, removed)
    for client in held.waiting:
        _answer(client, b"ok\n")


def _serve(server: socket.socket, held: Held, delay: float) -> str:
    """Take requests until the end is asked for, or nobody has been connected for `delay` seconds and it is not kept."""
    selector = selectors.DefaultSelector()
    selector.register(server, selectors.EVENT_READ)
    buffers: dict[socket.socket, bytes] = {}
    alone_since = time.monotonic()
    while not held.ended:
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
                held.take(line.decode(errors="replace"), client)
        if buffers or held.keep:
            alone_since = time.monotonic()
        elif time.monotonic() - alone_since >= delay:
            return f"its last client was gone for {delay:g} s"
    return "its end was asked for"


def _receive(client: socket.socket) -> bytes:
    try:
        return client.recv(65536)
    except ConnectionError:
        return b""


def _answer(client: socket.socket, text: bytes) -> None:
    with suppress(OSError):  # a client that was killed after it asked is gone by now; the reaper is not
        client.sendall(text)


if __name__ == "__main__":
    main()
