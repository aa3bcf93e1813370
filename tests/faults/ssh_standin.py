"""A stand-in for ssh: carries bytes between its standard streams and the UNIX socket that it is to reach."""

import os
import select
import socket
import sys

sock = socket.socket(socket.AF_UNIX)
try:
    sock.connect(os.environ["DOCKPY_STANDIN_SOCKET"])
except OSError as error:
    sys.exit(f"Cannot connect to the Docker daemon: {error}")
ends = {0: sock.fileno(), sock.fileno(): 1}
sources = list(ends)
while sources:
    for source in select.select(sources, [], [])[0]:
        try:
            data = os.read(source, 65536)
        except OSError:  # a reset: dial-stdio ends
            sys.exit(1)
        if not data and source:
            sys.exit()
        if not data:
            sources.remove(source)
            sock.shutdown(socket.SHUT_WR)
            continue
        try:
            while data:
                data = data[os.write(ends[source], data) :]
        except OSError:
            sources.remove(source)
