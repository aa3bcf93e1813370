"""What is public: exactly this. A name that goes, or comes, is a decision."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import dockpy

PUBLIC = [
    "APIError",
    "ApiError",
    "ArchiveError",
    "BadParameter",
    "BlobStream",
    "BuildError",
    "BuildOptions",
    "BuildResult",
    "Client",
    "Config",
    "ConfigError",
    "Conflict",
    "ConnectionFailed",
    "Container",
    "ContainerError",
    "ContextNotFound",
    "CopyProgress",
    "CreateOptions",
    "Credentials",
    "DigestMismatch",
    "DockerException",
    "DockpyError",
    "EndpointOptions",
    "EventStream",
    "Exec",
    "ExecOptions",
    "ExecResult",
    "ExecStream",
    "ExecTimedOut",
    "FakeDaemon",
    "FakeRegistry",
    "Fleet",
    "FleetBack",
    "FleetError",
    "FleetItem",
    "FleetList",
    "FleetLost",
    "FleetResults",
    "FleetStream",
    "Forbidden",
    "Healthcheck",
    "Hooks",
    "Image",
    "ImageArchive",
    "ImageLoadError",
    "ImageNotFound",
    "ImageReference",
    "InvalidArgument",
    "InvalidEndpoint",
    "InvalidReference",
    "InvalidResponse",
    "Layer",
    "LayerProgress",
    "LayersProgress",
    "LogLine",
    "Manifest",
    "ManualClock",
    "MountOptions",
    "Network",
    "Node",
    "NotFound",
    "NotReady",
    "Outcome",
    "Placement",
    "Plan",
    "Plugin",
    "PruneReport",
    "PullError",
    "PushError",
    "RateLimit",
    "RateLimited",
    "Registry",
    "RegistryData",
    "RegistryImage",
    "Repository",
    "ResponseTooLarge",
    "RunOutput",
    "RunStream",
    "Secret",
    "ServerError",
    "Service",
    "ServiceOptions",
    "Step",
    "StreamError",
    "Swarm",
    "SwarmOptions",
    "TLS",
    "Task",
    "TimedOut",
    "TransferError",
    "TransferProgress",
    "TruncatedResponse",
    "Unauthorized",
    "UntrustedLocation",
    "UpdateOptions",
    "VersionMismatch",
    "Volume",
    "__version__",
    "errors",
    "from_env",
    "ops",
]
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(dockpy.__path__, "dockpy.")
    if not module.name.endswith("__main__")
)


def test_what_is_public() -> None:
    assert sorted(dockpy.__all__) == PUBLIC
    assert len(set(dockpy.__all__)) == len(dockpy.__all__)


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_there(name: str) -> None:
    """In an interpreter of its own order: each name may be the first that is asked for."""
    assert getattr(dockpy, name) is not None
    assert name in dir(dockpy)


def test_names_load_by_themselves_in_a_fresh_interpreter() -> None:
    program = (
        "import dockpy\nfor name in reversed(dockpy.__all__): getattr(dockpy, name)\nfrom dockpy import *"
    )
    subprocess.run(
        [sys.executable, "-W", "error", "-c", program], check=True, cwd=Path(dockpy.__file__).parents[1]
    )


def test_errors_are_public_all_of_them() -> None:
    from dockpy import errors

    not_for_users = {"ErrorResponse", "error_for_status"}
    assert set(errors.__all__) - not_for_users <= set(PUBLIC)


def test_other_names_are_not_there() -> None:
    with pytest.raises(AttributeError, match="'dockpy' has no attribute 'containers'"):
        _ = dockpy.containers  # type: ignore[attr-defined]
    with pytest.raises(ImportError):
        exec("from dockpy import nothing_like_it")
    assert not hasattr(dockpy, "_HOMES_")


def test_type_checkers_see_the_names_where_they_are_loaded_from() -> None:
    tree = ast.parse(inspect.getsource(dockpy))
    (block,) = [
        node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    seen = {
        alias.asname or alias.name: node.module
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert sorted([*seen, "__version__"]) == PUBLIC
    for name, module in seen.items():
        assert getattr(importlib.import_module(str(module)), name) is getattr(dockpy, name)
        value = getattr(dockpy, name)
        home = getattr(value, "__module__", None)
        assert home is None or f"{home}.".startswith(f"{module}."), f"{name} is defined in {home}"


@pytest.mark.parametrize("name", MODULES)
def test_every_module_says_what_it_has(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__doc__
    public = getattr(module, "__all__", None)
    if public is None:
        # Packages that only hold modules, and the version.
        assert hasattr(module, "__path__") or name == "dockpy._version", f"{name} has no __all__"
        return
    assert len(set(public)) == len(public)
    for entry in public:
        assert getattr(module, entry) is not None


def test_the_version_is_one() -> None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        installed = version("dockpy")
    except PackageNotFoundError:
        installed = dockpy.__version__
    assert installed == dockpy.__version__
