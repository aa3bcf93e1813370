"""The registries of this process by their hosts: those that are served, and those that have a name alone."""

from __future__ import annotations

import itertools
import weakref
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dockpy.fake.registry.serve import served

if TYPE_CHECKING:
    from dockpy.fake.registry.registry import FakeRegistry

__all__ = ["HUB", "host_of", "named", "registry_at"]

HUB = "docker.io"
_NAMES_OF_THE_HUB = ("index.docker.io", "registry-1.docker.io", "registry.hub.docker.com")

_NUMBERS = itertools.count(1)
_NAMED: weakref.WeakValueDictionary[str, FakeRegistry] = weakref.WeakValueDictionary()
_STORAGE = "storage."


def named(registry: FakeRegistry) -> str:
    """Give a registry a host's name, which no other has, and no network knows: ``registry-1.test``."""
    host = f"registry-{next(_NUMBERS)}.test"
    _NAMED[host] = registry
    return host


def registry_at(host: str) -> FakeRegistry | None:
    """The registry of a host. At ``storage.registry-1.test`` its blobs are, where it sends clients there."""
    return served(host) or _NAMED.get(host.removeprefix(_STORAGE))


def host_of(address: str) -> str:
    """A registry's host, of what clients call it: ``https://index.docker.io/v1/`` is docker.io."""
    host = urlsplit(address).netloc if "://" in address else address.partition("/")[0]
    return HUB if host in _NAMES_OF_THE_HUB else host
