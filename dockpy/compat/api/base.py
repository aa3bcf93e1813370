"""What every part of the low-level client stands on: a requests session, and the operation table."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlparse

import requests

from dockpy.compat import auth
from dockpy.compat.constants import (
    DEFAULT_MAX_POOL_SIZE,
    DEFAULT_TIMEOUT_SECONDS,
    DEFAULT_USER_AGENT,
    IS_WINDOWS_PLATFORM,
    MINIMUM_DOCKER_API_VERSION,
)
from dockpy.compat.errors import (
    DockerException,
    InvalidVersion,
    TLSParameterError,
    create_api_error_from_http_exception,
)
from dockpy.compat.tls import TLSConfig
from dockpy.compat.transport.adapter import DaemonHTTPAdapter
from dockpy.compat.transport.sshconn import SSHHTTPAdapter
from dockpy.compat.transport.unixconn import UnixHTTPAdapter
from dockpy.compat.utils import config
from dockpy.compat.utils.decorators import update_headers
from dockpy.compat.utils.proxy import ProxyConfig
from dockpy.compat.utils.utils import convert_filters, parse_host, version_lt
from dockpy.config.tls import TLS
from dockpy.errors import ConfigError
from dockpy.ops import system
from dockpy.transport.connectors import TCPConnector, TLSConnector

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.ops.operation import Operation

__all__ = ["BaseClient", "Resource", "filters_param"]

Resource = str | dict[str, Any]
"""An object's name or id, or a dict with its ``Id``."""


def filters_param(filters: Mapping[str, Any] | None) -> dict[str, Any]:
    """The query parameter of filters, where there are any."""
    return {"filters": convert_filters(filters)} if filters else {}


_ARGUMENTS = re.compile(r"(?<=[?&]buildargs=)[^&]+")


class BaseClient(requests.Session):
    """One daemon, spoken to as docker-py does. Arguments as of `APIClient`."""

    base_url: str

    def __init__(
        self,
        base_url: str | None = None,
        version: str | None = None,
        timeout: float | None = DEFAULT_TIMEOUT_SECONDS,
        tls: TLSConfig | bool = False,
        user_agent: str = DEFAULT_USER_AGENT,
        num_pools: int | None = None,
        credstore_env: dict[str, str] | None = None,
        use_ssh_client: bool = False,
        max_pool_size: int = DEFAULT_MAX_POOL_SIZE,
    ) -> None:
        super().__init__()
        if tls and not base_url:
            raise TLSParameterError("TLS needs the base_url argument")
        self.trust_env = False  # what the environment says of the web is not meant for a daemon
        self.timeout = timeout
        self.headers["User-Agent"] = user_agent
        self.credstore_env = credstore_env
        self._general_configs: dict[str, Any] = config.load_general_config()
        proxies = self._general_configs.get("proxies", {})
        self._proxy_configs = ProxyConfig.from_dict(proxies.get(base_url) or proxies.get("default", {}))
        self._auth_configs = auth.load_config(config_dict=self._general_configs, credstore_env=credstore_env)
        self._custom_adapter = self._mount(base_url, tls, max_pool_size)
        automatic = version is None or (isinstance(version, str) and version.lower() == "auto")
        self._version: str = self._retrieve_server_version() if automatic else version  # type: ignore[assignment]
        if not isinstance(self._version, str):
            raise DockerException(f"version takes a str or None, not {type(version).__name__}")
        if version_lt(self._version, MINIMUM_DOCKER_API_VERSION):
            raise InvalidVersion(f"API versions below {MINIMUM_DOCKER_API_VERSION} are not supported")

    def _mount(self, address: str | None, tls: TLSConfig | bool, pool_size: int) -> DaemonHTTPAdapter:
        """Have every request go to the daemon at an address."""
        url = parse_host(address, IS_WINDOWS_PLATFORM, tls=bool(tls))
        self.base_url = "http+docker://localhost"
        adapter: DaemonHTTPAdapter
        if url.startswith("http+unix://"):
            adapter = UnixHTTPAdapter(url, self.timeout, max_pool_size=pool_size)
        elif url.startswith("ssh://"):
            # As it was given: a port that it does not name is for ssh's own configuration to say.
            adapter = SSHHTTPAdapter(str(address).strip(), self.timeout, max_pool_size=pool_size)
            self.base_url = "http+docker://ssh"
        elif url.startswith("npipe://"):
            raise DockerException("npipe:// cannot be reached: give the daemon's TCP or ssh address")
        else:
            if isinstance(tls, TLSConfig):
                tls.configure_client(self)
            adapter = DaemonHTTPAdapter(_tcp(url, tls), pool_size)
            self.base_url = url
        self.adapters.clear()
        self.mount(f"{self.base_url.partition('://')[0]}://", adapter)
        return adapter

    def _retrieve_server_version(self) -> str:
        try:
            return str(self._json(system.VERSION, versioned=False)["ApiVersion"])
        except KeyError:
            raise DockerException("The daemon's answer names no ApiVersion") from None
        except Exception as error:
            raise DockerException(f"Error while fetching server API version: {error}") from error

    @property
    def api_version(self) -> str:
        """The API version that is spoken."""
        return self._version

    def _needs(self, version: str, option: str) -> None:
        """Refuse an option that this client's API version does not have."""
        if version_lt(self._version, version):
            raise InvalidVersion(f"{option} is not supported for API version < {version}")

    def reload_config(self, dockercfg_path: str | None = None) -> None:
        """Read the credentials again, from that file or the usual one."""
        self._auth_configs = auth.load_config(dockercfg_path, credstore_env=self.credstore_env)

    # Requests by URL, as programs make them for operations that docker-py does not have

    def _url(self, pathfmt: str, *args: str, **kwargs: Any) -> str:
        for arg in args:
            if not isinstance(arg, str):
                raise ValueError(f"Expected a string but found {arg} ({type(arg)}) instead")
        path = pathfmt.format(*(quote(arg, safe="/:") for arg in args))
        version = f"/v{self._version}" if kwargs.get("versioned_api", True) else ""
        return f"{self.base_url}{version}{path}"

    def _set_request_timeout(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        kwargs.setdefault("timeout", self.timeout)
        return kwargs

    @update_headers
    def _post(self, url: str, **kwargs: Any) -> requests.Response:
        return self.post(url, **self._set_request_timeout(kwargs))

    @update_headers
    def _get(self, url: str, **kwargs: Any) -> requests.Response:
        return self.get(url, **self._set_request_timeout(kwargs))

    @update_headers
    def _put(self, url: str, **kwargs: Any) -> requests.Response:
        return self.put(url, **self._set_request_timeout(kwargs))

    @update_headers
    def _delete(self, url: str, **kwargs: Any) -> requests.Response:
        return self.delete(url, **self._set_request_timeout(kwargs))

    def _post_json(self, url: str, data: Any, **kwargs: Any) -> requests.Response:
        headers = {**(kwargs.pop("headers", None) or {}), "Content-Type": "application/json"}
        return self._post(url, data=_json_body(data), headers=headers, **kwargs)

    def _raise_for_status(self, response: requests.Response) -> None:
        # An error shows the address, and a build's arguments, which may be passwords, stand in it.
        response.url = _ARGUMENTS.sub("***", response.url or "")
        try:
            response.raise_for_status()
        except requests.exceptions.HTTPError as error:
            create_api_error_from_http_exception(error)

    def _result(self, response: requests.Response, json: bool = False, binary: bool = False) -> Any:
        assert not (json and binary), "a result is one of the two"
        self._raise_for_status(response)
        if json:
            return response.json()
        return response.content if binary else response.text

    # Requests by the operation table

    def _send(
        self, operation: Operation[Any], *parts: str, versioned: bool = True, **kwargs: Any
    ) -> requests.Response:
        """Send an operation's request; the answer may be an error.

        Args:
            operation: the operation.
            parts: what its path names, in order.
            versioned: whether the path says the API version.
            kwargs: as of requests; ``body`` is what becomes the JSON of the body.
        """
        if "body" in kwargs:
            kwargs["data"] = _json_body(kwargs.pop("body"))
            kwargs["headers"] = {**(kwargs.get("headers") or {}), "Content-Type": "application/json"}
        url = self._url(re.sub(r"\{\w+\}", "{}", operation.path), *parts, versioned_api=versioned)
        response: requests.Response = getattr(self, f"_{operation.method.lower()}")(url, **kwargs)
        return response

    def _call(self, operation: Operation[Any], *parts: str, **kwargs: Any) -> requests.Response:
        """The same; an error is raised."""
        response = self._send(operation, *parts, **kwargs)
        self._raise_for_status(response)
        return response

    def _json(self, operation: Operation[Any], *parts: str, **kwargs: Any) -> Any:
        """The JSON of an operation's answer."""
        return self._result(self._send(operation, *parts, **kwargs), json=True)


def _json_body(data: Any) -> str:
    """A body's JSON; what is None on its first level is left out."""
    if isinstance(data, dict):
        data = {name: value for name, value in data.items() if value is not None}
    return json.dumps({} if data is None else data)


def _tcp(url: str, tls: TLSConfig | bool) -> TCPConnector:
    parsed = urlparse(url)
    host, port = parsed.hostname or "", parsed.port or 0
    if parsed.scheme != "https":
        return TCPConnector(host, port)
    try:
        context = (tls.material() if isinstance(tls, TLSConfig) else TLS()).context()
    except ConfigError as error:
        raise TLSParameterError(error.message) from error
    return TLSConnector(host, port, context)
