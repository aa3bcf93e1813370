"""The daemons of a fleet: their names and clients, and which of them have a label."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING

from dockpy.client import Client
from dockpy.errors import InvalidArgument

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockpy.transport.message import TimeoutSetting

__all__ = [
    "check_function",
    "check_names",
    "clients_of",
    "daemon_labels",
    "label_wanted",
    "labels_given",
    "limited",
]


def clients_of(
    daemons: Mapping[str, str | Client], timeout: TimeoutSetting
) -> tuple[dict[str, Client], list[Client]]:
    """The client of each daemon, and those of them that were made here.

    Raises:
        InvalidArgument: a name cannot be one, or what it names is neither an address nor a client.
        InvalidEndpoint: an address cannot be read; the error names the daemon.
    """
    if not isinstance(daemons, Mapping):
        raise InvalidArgument(f"daemons={daemons!r}: it takes a mapping of names to addresses or clients")
    clients, made = dict[str, Client](), list[Client]()
    for name, daemon in daemons.items():
        if not isinstance(name, str) or not name.isprintable() or not name or name != name.strip():
            raise InvalidArgument(f"A daemon's name is a printable text that is not empty, not {name!r}")
        if isinstance(daemon, Client):
            clients[name] = daemon
        elif isinstance(daemon, str) and daemon:
            clients[name] = _made(name, daemon, timeout)
            made.append(clients[name])
        else:
            kind = "an empty text" if daemon == "" else type(daemon).__name__
            raise InvalidArgument(f"The daemon {name!r} is {kind}; it takes an address, or a Client")
    return clients, made


def _made(name: str, address: str, timeout: TimeoutSetting) -> Client:
    try:
        return Client(address, timeout=timeout)
    except InvalidArgument as error:
        error.subject = f"daemon {name!r}, {error.subject}" if error.subject else f"daemon {name!r}"
        raise


def check_names(names: Iterable[object], known: Iterable[str]) -> None:
    """All of them are in the fleet.

    Raises:
        InvalidArgument: one is not; the message lists those that are.
    """
    there = list(known)
    for name in names:
        if name not in there:
            raise InvalidArgument(f"There is no daemon {name!r} in the fleet; it has {', '.join(there)}")


def check_function(option: str, function: object) -> None:
    """It can be called for each daemon, and has done its work when it returns.

    Raises:
        InvalidArgument: it cannot, or has not.
    """
    if not callable(function):
        raise InvalidArgument(f"{option}={function!r}: it takes a function that is called for each daemon")
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        kind = "a generator" if inspect.isgeneratorfunction(function) else "async"
        raise InvalidArgument(
            f"{option}={function!r} is {kind}: it is called in threads, and has to be plain"
        )


def labels_given(
    labels: Mapping[str, Mapping[str, str]] | None, known: Iterable[str]
) -> dict[str, dict[str, str]]:
    """The labels that daemons were given, by their names.

    Raises:
        InvalidArgument: there is no such daemon, or its labels are no mapping of texts.
    """
    if labels is None:
        return {}
    if not isinstance(labels, Mapping) or not all(isinstance(own, Mapping) for own in labels.values()):
        raise InvalidArgument(f"labels={labels!r}: it takes {{'daemon': {{'label': 'value'}}}}")
    check_names(labels, known)
    for own in labels.values():
        _check_texts("labels", own)
    return {name: dict(own) for name, own in labels.items()}


def label_wanted(label: str | Mapping[str, str]) -> dict[str, str | None]:
    """The labels that a daemon is to have, with their values; None for any value.

    Raises:
        InvalidArgument: it is neither ``"name=value"`` nor ``"name"`` nor a mapping of texts.
    """
    if isinstance(label, str) and label and not label.startswith("="):
        name, equals, value = label.partition("=")
        return {name: value if equals else None}
    if not isinstance(label, Mapping) or not label:
        raise InvalidArgument(f"label={label!r}: it takes 'name=value', 'name', or {{'name': 'value'}}")
    _check_texts("label", label)
    return dict(label)


def _check_texts(option: str, labels: Mapping[str, str]) -> None:
    for name, value in labels.items():
        if not isinstance(name, str) or not isinstance(value, str) or not name:
            raise InvalidArgument(f"{option}: {{{name!r}: {value!r}}} is no text by the name of a label")


def daemon_labels(client: Client) -> dict[str, str]:
    """The labels that an engine was started with (``dockerd --label``)."""
    pairs = (text.partition("=") for text in client.info().labels)
    return {name: value for name, _, value in pairs}


def limited(client: Client, seconds: float | None, *, streams: bool = True) -> Client:
    """A view of a client that waits no longer than so many seconds for an answer.

    Args:
        client: the client.
        seconds: how long; None for the client itself.
        streams: streams are not silent for longer either.
    """
    if seconds is None:
        return client
    own, silence = client.timeouts, client.stream_timeout
    if streams:
        silence = min(silence or seconds, seconds)
    timeout = min(own.connect or seconds, seconds), min(own.read or seconds, seconds)
    return client.with_options(timeout=timeout, stream_timeout=silence)
