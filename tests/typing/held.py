"""The classes whose objects a program holds in its hands, and their members."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import textwrap
from typing import Any, is_typeddict

from dockpy import resources

MODULES = (
    "dockpy.client",
    *(module.name for module in pkgutil.iter_modules(resources.__path__, "dockpy.resources.")),
    "dockpy.build.classic",
    "dockpy.config.credentials",
    "dockpy.config.tls",
    "dockpy.reference",
    *(f"dockpy.registry.{name}" for name in ("blobs", "image", "limits", "manifest", "progress")),
    *(f"dockpy.registry.{name}" for name in ("archive.image_archive", "registry", "repository")),
    *(f"dockpy.fleet.{name}" for name in ("collections", "fleet", "items", "placement", "results", "stream")),
    *(f"dockpy.transfer.{name}" for name in ("plan", "progress")),
    "dockpy.transport.answers",
    "dockpy.transport.caller",
    "dockpy.transport.exchange",
)
# What tests hold of the fake daemon; some go by other names where they would be taken for others.
FAKE = {
    "FakeDaemon": "dockpy.fake:FakeDaemon",
    "FakeRegistry": "dockpy.fake:FakeRegistry",
    "ManualClock": "dockpy.fake:ManualClock",
    "Fault": "dockpy.fake:Fault",
    "RecordedRequest": "dockpy.fake:RecordedRequest",
    "Seeds": "dockpy.fake.seeding:Seeds",
    "Program": "dockpy.fake:Program",
    "Signals": "dockpy.fake.programs.context:Signals",
    "Files": "dockpy.fake.programs.streams:Files",
    "ProgramNetwork": "dockpy.fake.programs.streams:Network",
    "ProgramStream": "dockpy.fake.programs.streams:Stream",
    "Server": "dockpy.fake.programs.streams:Server",
}
# Bases whose objects are held too; other bases are parts of what is held.
ALSO_HELD = {"Interactive", "OutputStream", "Pairs"}
# What the held ones work with, in their own modules' __all__ for each other.
MACHINERY = {
    *("ClassicProgress", "Deadline", "Feed", "IdFile", "Owner", "ServiceReadiness"),
    *("BytesBlob", "PulledContents", "RegistryBlob", "Reporter"),
    *("Attempt", "Hub", "HubClosed", "Meter", "Transfer"),
}


def classes() -> dict[str, type[Any]]:
    """The client, collections, objects, streams, results, settings."""
    found = {
        name: value
        for module in map(importlib.import_module, MODULES)
        for name in getattr(module, "__all__", ())
        if inspect.isclass(value := getattr(module, name))
        and not is_typeddict(value)
        and not getattr(value, "_is_protocol", False)
    }
    bases = {base for value in found.values() for base in value.__mro__[1:]}
    parts = {base.__name__ for base in bases if base.__module__.startswith("dockpy")} - ALSO_HELD
    held = {name: value for name, value in found.items() if name not in parts | MACHINERY}
    for name, home in FAKE.items():
        module, _, attribute = home.partition(":")
        held[name] = getattr(importlib.import_module(module), attribute)
    return held


def members(cls: type[Any]) -> set[str]:
    """Its public methods, properties and attributes; not those of a bytes or a list that it is too."""
    ours = [base for base in cls.__mro__ if base.__module__.startswith("dockpy")]
    defined = {name for base in ours for name in {*vars(base), *vars(base).get("__annotations__", ())}}
    return {name for name in defined.union(*map(_assigned, ours)) if not name.startswith("_")}


def _assigned(cls: type[Any]) -> set[str]:
    """The attributes that its ``__init__`` sets."""
    if "__init__" not in vars(cls) or "__dataclass_fields__" in vars(cls):
        return set()
    tree = ast.parse(textwrap.dedent(inspect.getsource(cls.__init__)))
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    }
