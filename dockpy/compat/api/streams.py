"""Answers that come piece by piece."""

from __future__ import annotations

import ssl
import struct
from typing import TYPE_CHECKING, Any

from dockpy.compat.api.base import BaseClient
from dockpy.compat.constants import STREAM_HEADER_SIZE_BYTES
from dockpy.compat.transport.adapter import Hijacked, socket_of
from dockpy.compat.utils.decorators import check_resource
from dockpy.compat.utils.json_stream import json_stream
from dockpy.compat.utils.socket import consume_socket_output, demux_adaptor, frames_iter
from dockpy.ops import containers

if TYPE_CHECKING:
    from collections.abc import Iterator

    import requests

__all__ = ["UPGRADE", "StreamClient"]

UPGRADE = {"Connection": "Upgrade", "Upgrade": "tcp"}
"""The headers that ask for the connection itself."""


class StreamClient(BaseClient):
    """Reads what comes piece by piece."""

    def _stream_helper(self, response: requests.Response, decode: bool | None = False) -> Iterator[Any]:
        """The chunks of an answer as the engine sent them; with `decode`, its JSON values."""
        if not response.raw.chunked:
            yield self._result(response, json=bool(decode))  # an error that came at once
        elif decode:
            yield from json_stream(self._stream_helper(response, False))
        else:
            yield from response.raw.read_chunked(decode_content=False)

    def _multiplexed_buffer_helper(self, response: requests.Response) -> Iterator[bytes]:
        """The payloads of the frames of an answer that is there whole."""
        content, position = self._result(response, binary=True), 0
        while len(content) - position >= STREAM_HEADER_SIZE_BYTES:
            (length,) = struct.unpack_from(">xxxxL", content, position)
            position += STREAM_HEADER_SIZE_BYTES
            yield content[position : position + length]
            position += length

    def _multiplexed_response_stream_helper(self, response: requests.Response) -> Iterator[bytes]:
        """The payloads of the frames of an answer, as they come."""
        self._disable_socket_timeout(socket_of(response))
        while len(header := response.raw.read(STREAM_HEADER_SIZE_BYTES)) == STREAM_HEADER_SIZE_BYTES:
            (length,) = struct.unpack(">xxxxL", header)
            if not length:
                continue
            payload = response.raw.read(length)
            if not payload:
                return
            yield payload

    def _stream_raw_result(
        self, response: requests.Response, chunk_size: int | None = 1, decode: bool = True
    ) -> Iterator[bytes]:
        """The bytes of an answer, so many at a time."""
        self._raise_for_status(response)
        self._disable_socket_timeout(socket_of(response))
        yield from response.iter_content(chunk_size, decode)

    def _get_raw_response_socket(self, response: requests.Response) -> Any:
        """The connection of an answer: a socket's file, of TLS the socket itself."""
        self._raise_for_status(response)
        sock = socket_of(response)
        if not isinstance(response.raw, Hijacked):
            return sock
        return response.raw.handed_out() if isinstance(sock, ssl.SSLSocket) else response.raw

    def _disable_socket_timeout(self, socket: Any) -> None:
        """Reads take as long as they take."""
        one: Any
        for one in (socket, getattr(socket, "_sock", None)):
            if hasattr(one, "settimeout") and one.gettimeout() != 0.0:
                one.settimeout(None)

    def _read_from_socket(
        self, response: requests.Response, stream: bool, tty: bool = True, demux: bool = False
    ) -> Any:
        """The output that a connection carries: as it comes, or all of it."""
        self._raise_for_status(response)
        pieces = _pieces(response, tty, demux)
        return pieces if stream else consume_socket_output(pieces, demux=demux)

    @check_resource("container")
    def _check_is_tty(self, container: str) -> bool:
        return bool(self._json(containers.INSPECT, container)["Config"]["Tty"])

    def _get_result(self, container: str, stream: bool, res: requests.Response) -> Any:
        try:
            is_tty = self._check_is_tty(container)
        except BaseException:
            res.close()
            raise
        return self._get_result_tty(stream, res, is_tty)

    def _get_result_tty(self, stream: bool, res: requests.Response, is_tty: bool) -> Any:
        """The output that an answer carries, in frames unless there is a TTY."""
        if is_tty:
            return self._stream_raw_result(res) if stream else self._result(res, binary=True)
        self._raise_for_status(res)
        if stream:
            return self._multiplexed_response_stream_helper(res)
        return b"".join(self._multiplexed_buffer_helper(res))


def _pieces(response: requests.Response, tty: bool, demux: bool) -> Iterator[Any]:
    """The output that a connection carries; it is closed at its end."""
    with response:
        for frame in frames_iter(response.raw, tty):
            yield demux_adaptor(*frame) if demux else frame[1]
