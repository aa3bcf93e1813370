"""Conversions between what people write and what the engine reads, as docker-py makes them."""

from __future__ import annotations

import base64
import functools
import json
import os
import shlex
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn

from dockpy.compat import errors
from dockpy.compat.constants import BYTE_UNITS
from dockpy.compat.tls import TLSConfig
from dockpy.compat.utils.host import URLComponents, parse_host

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "URLComponents",
    "compare_version",
    "convert_filters",
    "convert_port_bindings",
    "convert_service_networks",
    "convert_tmpfs_mounts",
    "convert_volume_binds",
    "create_host_config",
    "create_ipam_config",
    "create_ipam_pool",
    "datetime_to_timestamp",
    "decode_json_header",
    "format_environment",
    "format_extra_hosts",
    "kwargs_from_env",
    "normalize_links",
    "parse_bytes",
    "parse_devices",
    "parse_env_file",
    "parse_host",
    "parse_repository_tag",
    "split_command",
    "version_gte",
    "version_lt",
]

_PROPAGATION = ("rshared", "shared", "rslave", "slave", "rprivate", "private")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def create_ipam_pool(*args: Any, **kwargs: Any) -> NoReturn:
    """Gone: `types.IPAMPool` is what to use."""
    raise errors.DeprecatedMethod("utils.create_ipam_pool is gone: make a types.IPAMPool")


def create_ipam_config(*args: Any, **kwargs: Any) -> NoReturn:
    """Gone: `types.IPAMConfig` is what to use."""
    raise errors.DeprecatedMethod("utils.create_ipam_config is gone: make a types.IPAMConfig")


def create_host_config(self: Any, *args: Any, **kwargs: Any) -> NoReturn:
    """Gone: `types.HostConfig` is what to use."""
    raise errors.DeprecatedMethod("utils.create_host_config is gone: make a types.HostConfig")


def decode_json_header(header: str | bytes) -> Any:
    """The value of a header that holds base64-coded JSON."""
    return json.loads(base64.b64decode(header))


# Versions


@functools.cache
def compare_version(v1: str, v2: str) -> int:
    """0 for the same version, -1 where the first is newer, 1 where the second is."""
    first, second = ([int(part) for part in version.split(".")] for version in (v1, v2))
    width = max(len(first), len(second))
    first += [0] * (width - len(first))
    second += [0] * (width - len(second))
    return (first < second) - (first > second)


def version_lt(v1: str, v2: str) -> bool:
    """Whether the first version is older than the second."""
    return compare_version(v1, v2) > 0


def version_gte(v1: str, v2: str) -> bool:
    """Whether the first version is not older than the second."""
    return not version_lt(v1, v2)


# Containers


def _port_binding(binding: Any) -> dict[str, str]:
    ip: Any = ""
    port: Any = ""
    if isinstance(binding, tuple):
        if len(binding) == 2:
            ip, port = binding
        elif isinstance(binding[0], str):
            ip = binding[0]
        else:
            port = binding[0]
    elif isinstance(binding, dict):
        if "HostPort" not in binding:
            raise ValueError(binding)
        ip, port = binding.get("HostIp", ""), binding["HostPort"]
    else:
        port = binding
    return {"HostIp": ip, "HostPort": "" if port is None else str(port)}


def convert_port_bindings(port_bindings: Mapping[Any, Any]) -> dict[str, list[dict[str, str]]]:
    """``{80: ("127.0.0.1", 8080)}`` → the engine's ``PortBindings``."""
    result = {}
    for port, bindings in port_bindings.items():
        name = str(port) if "/" in str(port) else f"{port}/tcp"
        result[name] = [
            _port_binding(item) for item in (bindings if isinstance(bindings, list) else [bindings])
        ]
    return result


def _text(value: Any) -> Any:
    return value.decode("utf-8") if isinstance(value, bytes) else value


def convert_volume_binds(binds: Any) -> list[str]:
    """``{"/src": {"bind": "/dst", "mode": "ro"}}`` → the engine's ``Binds``."""
    if isinstance(binds, list):
        return binds
    result = []
    for source, target in binds.items():
        if not isinstance(target, dict):
            result.append(f"{_text(source)}:{_text(target)}:rw")
            continue
        if "ro" in target and "mode" in target:
            raise ValueError(f'A bind has either "ro" or "mode": {target!r}')
        mode = ("ro" if target["ro"] else "rw") if "ro" in target else target.get("mode", "rw")
        if (propagation := target.get("propagation")) in _PROPAGATION:
            mode = f"{mode},{propagation}" if mode else propagation
        result.append(f"{_text(source)}:{_text(target['bind'])}:{mode}")
    return result


def convert_tmpfs_mounts(tmpfs: Any) -> dict[str, str]:
    """``["/mnt:size=1m"]`` → the engine's ``Tmpfs``."""
    if isinstance(tmpfs, dict):
        return tmpfs
    if not isinstance(tmpfs, list):
        raise ValueError(f"tmpfs takes a list or a dict, not {type(tmpfs).__name__}")
    result = {}
    for mount in tmpfs:
        if not isinstance(mount, str):
            raise ValueError(f"tmpfs takes a list of str, not of {type(mount).__name__}")
        path, _, options = mount.partition(":")
        result[path] = options
    return result


def convert_service_networks(networks: Any) -> Any:
    """``["net"]`` → the engine's ``Networks`` of a service."""
    if not networks:
        return networks
    if not isinstance(networks, list):
        raise TypeError("networks takes a list")
    return [{"Target": network} if isinstance(network, str) else network for network in networks]


def parse_devices(devices: Iterable[Any]) -> list[dict[str, str]]:
    """``["/dev/sda:/dev/xvda:rwm"]`` → the engine's ``Devices``."""
    result = []
    for device in devices:
        if isinstance(device, dict):
            result.append(device)
            continue
        if not isinstance(device, str):
            raise errors.DockerException(f"A device is a str or a dict, not {type(device)}")
        parts = device.split(":")
        result.append(
            {
                "PathOnHost": parts[0],
                "PathInContainer": parts[1] if len(parts) > 1 else parts[0],
                "CgroupPermissions": parts[2] if len(parts) > 2 else "rwm",
            }
        )
    return result


def normalize_links(links: Any) -> list[str]:
    """``{"db": "database"}`` → ``["db:database"]``, sorted."""
    pairs = links.items() if isinstance(links, dict) else links
    return [f"{name}:{alias}" if alias else name for name, alias in sorted(pairs)]


def format_environment(environment: Mapping[str, Any]) -> list[str]:
    """``{"A": "1", "B": None}`` → ``["A=1", "B"]``."""
    return [name if value is None else f"{name}={_text(value)}" for name, value in environment.items()]


def format_extra_hosts(extra_hosts: Mapping[str, Any], task: bool = False) -> list[str]:
    """``{"host": "10.0.0.1"}`` → ``["host:10.0.0.1"]``; for a service ``["10.0.0.1 host"]``."""
    pairs = sorted(extra_hosts.items())
    return [f"{address} {host}" if task else f"{host}:{address}" for host, address in pairs]


def split_command(command: str) -> list[str]:
    """A command line's words, as a shell takes them apart."""
    return shlex.split(command)


# Values


def parse_repository_tag(repo_name: str) -> tuple[str, str | None]:
    """``"busybox:1"`` → ``("busybox", "1")``, ``"busybox"`` → ``("busybox", None)``."""
    name, at, digest = repo_name.rpartition("@")
    if at:
        return name, digest
    name, colon, tag = repo_name.rpartition(":")
    return (name, tag) if colon and "/" not in tag else (repo_name, None)


def parse_bytes(s: Any) -> Any:
    """``"64m"`` → 67108864; a number stays what it is."""
    if isinstance(s, (int, float)):
        return s
    if not s:
        return 0
    if s[-2:-1].isalpha() and s[-1] in "bB":
        s = s[:-1]
    unit = s[-1].lower()
    digits, unit = (s, "b") if unit.isdigit() else (s[:-1], unit)
    if unit not in BYTE_UNITS:
        raise errors.DockerException(f"The size {s} has no unit that is known: a size ends in b, k, m or g")
    try:
        return int(float(digits) * BYTE_UNITS[unit])
    except ValueError:
        raise errors.DockerException(f"The size {s} is no number: {digits}") from None


def datetime_to_timestamp(dt: datetime) -> int:
    """Whole seconds since 1970; a time without a zone is a local one."""
    delta = dt.astimezone(UTC) - _EPOCH
    return delta.days * 86400 + delta.seconds


def convert_filters(filters: Mapping[str, Any]) -> str:
    """Filters as the engine reads them: a JSON object of lists of strings."""
    result = {}
    for name, value in filters.items():
        items = (
            value if isinstance(value, list) else [str(value).lower() if isinstance(value, bool) else value]
        )
        result[name] = [str(item) for item in items]
    return json.dumps(result)


# What is outside


def kwargs_from_env(environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The keywords of a client that DOCKER_HOST, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH say."""
    environ = environment or os.environ
    host, certs = environ.get("DOCKER_HOST"), environ.get("DOCKER_CERT_PATH") or None
    verify = bool(environ.get("DOCKER_TLS_VERIFY"))
    params: dict[str, Any] = {"base_url": host} if host else {}
    if certs or verify:
        folder = certs or os.path.join(os.path.expanduser("~"), ".docker")
        ca, cert, key = (os.path.join(folder, name) for name in ("ca.pem", "cert.pem", "key.pem"))
        params["tls"] = TLSConfig(client_cert=(cert, key), ca_cert=ca, verify=verify)
    return params


def parse_env_file(env_file: str | os.PathLike[str]) -> dict[str, str]:
    """The variables of a file with a ``NAME=value`` on each line."""
    environment = {}
    with open(env_file) as file:
        for line in file:
            text = line.strip()
            if not text or line.startswith("#"):
                continue
            name, equals, value = text.partition("=")
            if not equals:
                raise errors.DockerException(f"A line of {env_file} is no NAME=value:\n{text}")
            environment[name] = value
    return environment
