"""Where dockpy.compat is not docker-py, and why."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

__all__ = ["SIGNATURES", "expected"]

Change = Callable[[dict[str, Any]], None]


def pushed(outcome: dict[str, Any]) -> None:
    (request,) = outcome["requests"]
    request["path"] = request["path"].replace("/pull", "/push")
    outcome["result"] = {"generator": [{"status": "one", "id": "a"}, {"status": "two"}]}


def forced(outcome: dict[str, Any]) -> None:
    outcome["requests"][0]["query"] = [["force", "True"]]


def named_alone(outcome: dict[str, Any]) -> None:
    query = outcome["requests"][0]["query"]
    query.remove(["dockerfile", "FROM outside\n"])


def with_headers(outcome: dict[str, Any]) -> None:
    outcome["requests"][0]["headers"]["X-Meta"] = "yes"


_CALLS: dict[str, tuple[str, Change]] = {
    "1.44 plain api.push_plugin('vieux/sshfs')": (
        "docker-py pulls it, and loses what the engine says",
        pushed,
    ),
    "1.44 rich api.push_plugin('vieux/sshfs')": (
        "docker-py pulls it, and loses what the engine says",
        pushed,
    ),
    "1.44 plain api.remove_volume('v', force=True)": ("docker-py loses the option", forced),
    "1.44 plain api.build(path='ctx', dockerfile='../outside')": (
        "docker-py has the Dockerfile's text in the URL, too",
        named_alone,
    ),
    "1.44 rich read_frames(api.attach_socket('web'))": (
        "docker-py forgets the HttpHeaders of config.json there",
        with_headers,
    ),
}
"""The reason, and what becomes of docker-py's outcome, by version, configuration and expression."""

_ADAPTER = "how requests reaches a pool is another one's here; what programs mount is there"
SIGNATURES: dict[str, str] = {
    "api.APIClient": "get_adapter: requests' own does",
    "api.client.APIClient": "get_adapter: requests' own does",
    "transport.UnixHTTPAdapter": _ADAPTER,
    "transport.unixconn.UnixHTTPAdapter": _ADAPTER,
    "transport.unixconn.UnixHTTPConnection": _ADAPTER,
    "transport.unixconn.UnixHTTPConnectionPool": _ADAPTER,
}
"""The reason, by name."""


def expected(call: str, recorded: dict[str, Any]) -> dict[str, Any]:
    """The outcome that dockpy.compat is to have."""
    if call not in _CALLS:
        return recorded
    outcome = copy.deepcopy(recorded)
    _CALLS[call][1](outcome)
    assert outcome != recorded, f"{call} is no deviation any more"
    return outcome
