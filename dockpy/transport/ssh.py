"""A daemon behind ssh, reached as the docker command reaches it.

The system's ssh runs ``docker system dial-stdio`` at the other end, which carries bytes between its standard
streams and the daemon's socket. One socket pair is both of the process's streams, so that the connection
here is a socket like any other: it can be half-closed, polled, and shut from another thread.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import socket
import subprocess
import tempfile
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Buffer

__all__ = ["SSHFailed", "SSHSocket", "dial_stdio"]


class SSHFailed(ConnectionError):
    """ssh, or docker at its other end, ended; the message is what it said."""


class SSHSocket(socket.socket):
    """A socket to an ssh process; the process ends with it."""

    _process: subprocess.Popen[bytes] | None = None
    _said: IO[bytes] | None = None
    _answered = False
    _parent = 0
    _patience: float | None = 0.0
    _limit: float | None = None

    def attach(self, process: subprocess.Popen[bytes], said: IO[bytes], patience: float | None) -> None:
        """Take the process that is at the other end.

        Args:
            process: the process.
            said: the file that it writes its messages to.
            patience: seconds that it may take to connect; None for as long as it takes.
        """
        self._process, self._said, self._patience = process, said, patience
        self._parent = os.getpid()

    def settimeout(self, value: float | None, /) -> None:
        """Like any socket's; before the first byte ssh may still be connecting, and has its time for that."""
        self._limit = value
        if value is not None and not self._answered:
            value = None if self._patience is None else value + self._patience
        super().settimeout(value)

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        """Like any socket's; an end before the first byte is ssh's failure."""
        try:
            data = super().recv(size, flags)
        except ConnectionResetError:  # it ended before it had read all that was sent
            self._received(0)
            raise
        self._received(len(data))
        return data

    def recv_into(self, buffer: Buffer, nbytes: int = 0, flags: int = 0) -> int:
        """Like any socket's; an end before the first byte is ssh's failure."""
        try:
            size = super().recv_into(buffer, nbytes, flags)
        except ConnectionResetError:
            self._received(0)
            raise
        self._received(size)
        return size

    def sendall(self, data: Buffer, flags: int = 0, /) -> None:
        """Like any socket's; a broken pipe is ssh's failure."""
        try:
            super().sendall(data, flags)
        except (BrokenPipeError, ConnectionResetError):
            self._fail()
            raise

    def _received(self, size: int) -> None:
        if size and not self._answered:
            self._answered = True
            super().settimeout(self._limit)
        elif not size and not self._answered:
            self._fail()
        elif not size:
            self._check_end()

    def _check_end(self) -> None:
        """An end is one only where ssh ended well: what the daemon sends until its end may not be whole."""
        if (process := self._process) is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=1)
        if process.returncode:
            raise ConnectionResetError(f"ssh ended with status {process.returncode}")

    def _fail(self) -> None:
        """Raise what ssh said before it ended."""
        process, said = self._process, self._said
        if process is None or said is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=1)
        said.seek(0)
        message = said.read(8192).decode("utf-8", "replace").strip()
        if message or process.returncode:
            raise SSHFailed(message or f"ssh ended with status {process.returncode}")

    def close(self) -> None:
        """Close the connection, and end and reap the process."""
        super().close()
        if self.fileno() >= 0:  # a file made of it is still being read, and closes it again at its end
            return
        process, self._process = self._process, None
        if process is not None and self._parent == os.getpid():
            process.terminate()
            try:
                process.wait(timeout=2)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._said is not None:
            self._said.close()


def dial_stdio(
    host: str, user: str | None, port: int | None, path: str | None, *, timeout: float | None
) -> SSHSocket:
    """Start ssh to a daemon.

    Args:
        host: the host, or an alias from ssh's own configuration.
        user: whom to log in as; None for what ssh's configuration says.
        port: the port; None for what ssh's configuration says.
        path: the daemon's socket at the other end; None for the default there.
        timeout: seconds for ssh to connect.

    Raises:
        SSHFailed: there is no ssh on this system's PATH.
    """
    program = shutil.which("ssh")
    if program is None:
        raise SSHFailed("there is no ssh on the PATH")
    command = [program, "-T", "-o", "BatchMode=yes"]  # never a prompt
    if timeout is not None:
        command += ["-o", f"ConnectTimeout={max(1, round(timeout))}"]
    if user:
        command += ["-l", user]
    if port:
        command += ["-p", str(port)]
    command += ["--", host, "docker"]
    if path and path != "/":
        command += ["--host", shlex.quote(f"unix://{path}")]  # a shell reads it there
    command += ["system", "dial-stdio"]
    return _spawn(command, timeout)


def _spawn(command: list[str], patience: float | None) -> SSHSocket:
    ours, theirs = socket.socketpair()
    said = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the socket
    connection = SSHSocket(ours.family, ours.type, ours.proto, fileno=ours.detach())
    try:
        process = subprocess.Popen(  # noqa: S603 - a list, no shell  # nosec B603
            command,
            stdin=theirs.fileno(),
            stdout=theirs.fileno(),
            stderr=said,
            # A session of its own: Ctrl-C in the terminal is for this program, not for its connections.
            start_new_session=True,
        )
    except BaseException:
        connection.close()
        said.close()
        raise
    finally:
        theirs.close()
    connection.attach(process, said, patience)
    return connection
