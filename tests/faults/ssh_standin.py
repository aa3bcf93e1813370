"""A stand-in for ssh: carries bytes between its standard streams and the UNIX socket that it is to reach.

Each way by itself, as ``docker system dial-stdio`` does: a server's answer comes through though it does not
read what is sent.
"""

import contextlib
import os
import socket
import sys
import threading


def carry(source: int, target: int) -> None:
    while data := os.read(source, 65536):
        while data:
            data = data[os.write(target, data) :]


def upload(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):  # nobody reads any more: the other way tells
        carry(0, sock.fileno())
        sock.shutdown(socket.SHUT_WR)


def main() -> None:
    sock = socket.socket(socket.AF_UNIX)
    try:
        sock.connect(os.environ["DOCKPY_STANDIN_SOCKET"])
    except OSError as error:
        sys.exit(f"Cannot connect to the Docker daemon: {error}")
    threading.Thread(target=upload, args=(sock,), daemon=True).start()
    try:
        carry(sock.fileno(), 1)
    except OSError:  # a reset: dial-stdio ends
        os._exit(1)
    os._exit(0)  # the other way may still wait


main()
