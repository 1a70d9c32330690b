"""Run inside the guest by tests: TCP ports to the box's Unix sockets, `relay.py PORT=PATH ...`."""

import contextlib
import socket
import sys
import threading


def pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            sink.sendall(piece)
    for end, how in ((sink, socket.SHUT_WR), (source, socket.SHUT_RD)):
        with contextlib.suppress(OSError):
            end.shutdown(how)


def serve(port: int, path: str) -> None:
    with socket.create_server(("0.0.0.0", port)) as listener:
        while True:
            client = listener.accept()[0]
            inner = socket.socket(socket.AF_UNIX)
            try:
                inner.connect(path)
            except OSError:
                client.close()
                continue
            for ends in ((client, inner), (inner, client)):
                threading.Thread(target=pump, args=ends, daemon=True).start()


for word in sys.argv[1:]:
    number, _, where = word.partition("=")
    threading.Thread(target=serve, args=(int(number), where)).start()
