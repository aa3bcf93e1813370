"""The proxies that config.json gives to containers and builds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.compat.utils.utils import format_environment

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ProxyConfig"]


class ProxyConfig(dict[str, Any]):
    """The proxies of one client: ``http``, ``https``, ``ftp`` and ``no_proxy``."""

    @property
    def http(self) -> str | None:
        """The proxy for HTTP."""
        return self.get("http")

    @property
    def https(self) -> str | None:
        """The proxy for HTTPS."""
        return self.get("https")

    @property
    def ftp(self) -> str | None:
        """The proxy for FTP."""
        return self.get("ftp")

    @property
    def no_proxy(self) -> str | None:
        """The hosts that are reached without one."""
        return self.get("no_proxy")

    @staticmethod
    def from_dict(config: Mapping[str, Any]) -> ProxyConfig:
        """The proxies that a section of config.json says."""
        return ProxyConfig(
            http=config.get("httpProxy"),
            https=config.get("httpsProxy"),
            ftp=config.get("ftpProxy"),
            no_proxy=config.get("noProxy"),
        )

    def get_environment(self) -> dict[str, str]:
        """The variables of the proxies, in both spellings."""
        values = {"http_proxy": self.http, "https_proxy": self.https}
        values |= {"ftp_proxy": self.ftp, "no_proxy": self.no_proxy}
        return {
            spelling: value for name, value in values.items() if value for spelling in (name, name.upper())
        }

    def inject_proxy_environment(self, environment: list[str] | None) -> list[str] | None:
        """The variables before those given, so that those given win."""
        if not self:
            return environment
        return format_environment(self.get_environment()) + (environment or [])

    def __str__(self) -> str:
        return f"ProxyConfig(http={self.http}, https={self.https}, ftp={self.ftp}, no_proxy={self.no_proxy})"
