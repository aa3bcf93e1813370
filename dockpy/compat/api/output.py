"""What containers write, and what is written to them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import requests

from dockpy.compat import errors
from dockpy.compat.api.streams import UPGRADE, StreamClient
from dockpy.compat.types.daemon import CancellableStream
from dockpy.compat.utils.decorators import check_resource
from dockpy.compat.utils.utils import datetime_to_timestamp
from dockpy.ops import containers

__all__ = ["OutputApiMixin"]

_EVERYTHING = {"stdout": 1, "stderr": 1, "stream": 1}


class OutputApiMixin(StreamClient):
    """docker-py's low-level methods on containers' input and output."""

    @check_resource("container")
    def attach(
        self,
        container: Any,
        stdout: bool = True,
        stderr: bool = True,
        stream: bool = False,
        logs: bool = False,
        demux: bool = False,
    ) -> Any:
        """Its output until it ends: all of it, or as it comes."""
        params = {"logs": int(bool(logs)), "stdout": int(bool(stdout)), "stderr": int(bool(stderr))}
        params["stream"] = int(bool(stream))
        response = self._send(containers.ATTACH, container, headers=UPGRADE, params=params, stream=True)
        output = self._read_from_socket(response, stream, self._check_is_tty(container), demux=demux)
        return CancellableStream(output, response) if stream else output

    @check_resource("container")
    def attach_socket(self, container: Any, params: Any = None, ws: bool = False) -> Any:
        """The connection to its input and output; with `ws`, a websocket."""
        if params is None:
            params = dict(_EVERYTHING)
        if "detachKeys" in self._general_configs:
            params.setdefault("detachKeys", self._general_configs["detachKeys"])
        if ws:
            return self._attach_websocket(container, params)
        # The socket is the caller's to time: it has no timeout.
        response = self._send(
            containers.ATTACH, container, headers=UPGRADE, params=params, stream=True, timeout=None
        )
        return self._get_raw_response_socket(response)

    def _attach_params(self, override: Any = None) -> Any:
        return override or dict(_EVERYTHING)

    @check_resource("container")
    def _attach_websocket(self, container: Any, params: Any = None) -> Any:
        url = self._url("/containers/{0}/attach/ws", container)
        request = requests.Request("GET", url, params=self._attach_params(params)).prepare()
        return self._create_websocket_connection(f"ws{str(request.url).removeprefix('http')}")

    def _create_websocket_connection(self, url: str) -> Any:
        try:
            import websocket  # type: ignore[import-not-found,unused-ignore]
        except ImportError:
            raise errors.DockerException("Websockets need the library websocket-client") from None
        return websocket.create_connection(url)

    @check_resource("container")
    def logs(
        self,
        container: Any,
        stdout: bool = True,
        stderr: bool = True,
        stream: bool = False,
        timestamps: bool = False,
        tail: str | int = "all",
        since: Any = None,
        follow: bool | None = None,
        until: Any = None,
    ) -> Any:
        """What its log has: all of it, or as it comes."""
        following = stream if follow is None else follow
        lines = tail if isinstance(tail, int) and tail >= 0 else "all"
        params: dict[str, Any] = {
            "stderr": int(bool(stderr)),
            "stdout": int(bool(stdout)),
            "timestamps": int(bool(timestamps)),
            "follow": int(bool(following)),
            "tail": lines,
        }
        if since is not None:
            params["since"] = _moment("since", since)
        if until is not None:
            self._needs("1.35", "until")
            params["until"] = _moment("until", until)
        response = self._send(containers.LOGS, container, params=params, stream=stream)
        output = self._get_result(container, stream, response)
        return CancellableStream(output, response) if stream else output


def _moment(option: str, value: Any) -> Any:
    """A time of the log as the engine reads it."""
    if isinstance(value, datetime):
        return datetime_to_timestamp(value)
    if isinstance(value, (int, float)) and value > 0:
        return value
    raise errors.InvalidArgument(f"{option} takes a datetime or a positive int or float, not {type(value)}")
