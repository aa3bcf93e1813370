"""A docker context: a daemon by name."""

from __future__ import annotations

import json
import os
import shutil
from typing import Any

from dockpy.compat.context.config import get_context_host, get_meta_dir, get_meta_file, get_tls_dir
from dockpy.compat.errors import ContextException
from dockpy.compat.tls import TLSConfig as TLSSettings

__all__ = ["Context"]

_MEMORY = "IN MEMORY"


class Context:
    """One context.

    Args:
        name: its name.
        orchestrator: what orchestrates there; None or ``swarm`` for the engine itself.
        host: the daemon's address.
        endpoints: addresses by orchestrator, as its file has them.
        tls: whether the daemon is spoken to with TLS.
    """

    def __init__(
        self,
        name: str,
        orchestrator: str | None = None,
        host: str | None = None,
        endpoints: dict[str, Any] | None = None,
        tls: bool = False,
    ) -> None:
        if not name:
            raise Exception("Name not provided")
        self.name = name
        self.context_type: str | None = None
        self.orchestrator = orchestrator
        self.endpoints: dict[str, Any] = {}
        self.tls_cfg: dict[str, TLSSettings] = {}
        self.meta_path: str = _MEMORY
        self.tls_path: str = _MEMORY
        if not endpoints:
            self.endpoints[self._endpoint] = {"Host": get_context_host(host, tls), "SkipTLSVerify": not tls}
            return
        for key, endpoint in endpoints.items():
            if not isinstance(endpoint, dict):
                raise ContextException(f"Unknown endpoint format for context {name}: {endpoint}")
            self.endpoints[key] = endpoint
            if key == "docker":
                endpoint.setdefault("Host", get_context_host(host, tls))
                endpoint["SkipTLSVerify"] = bool(endpoint.get("SkipTLSVerify", not tls))

    @property
    def _endpoint(self) -> str:
        return "docker" if not self.orchestrator or self.orchestrator == "swarm" else self.orchestrator

    def set_endpoint(
        self,
        name: str = "docker",
        host: str | None = None,
        tls_cfg: TLSSettings | None = None,
        skip_tls_verify: bool = False,
        def_namespace: str | None = None,
    ) -> None:
        """Set an address of it."""
        endpoint: dict[str, Any] = {"Host": get_context_host(host, not skip_tls_verify)}
        endpoint["SkipTLSVerify"] = skip_tls_verify
        if def_namespace:
            endpoint["DefaultNamespace"] = def_namespace
        self.endpoints[name] = endpoint
        if tls_cfg:
            self.tls_cfg[name] = tls_cfg

    def inspect(self) -> dict[str, Any]:
        """All that is known of it."""
        return self()

    @classmethod
    def load_context(cls, name: str) -> Context | None:
        """The context of a name; None where there is none."""
        meta = cls._load_meta(name)
        if meta is None:
            return None
        about = meta["Metadata"]
        context = cls(
            meta["Name"], orchestrator=about.get("StackOrchestrator"), endpoints=meta.get("Endpoints")
        )
        context.context_type = about.get("Type")
        context._load_certs()
        context.meta_path = get_meta_dir(name)
        return context

    @classmethod
    def _load_meta(cls, name: str) -> dict[str, Any] | None:
        path = get_meta_file(name)
        if not os.path.isfile(path):
            return None
        try:
            with open(path) as file:
                meta: dict[str, Any] = json.load(file)
        except (OSError, ValueError) as error:
            raise Exception(f"The file of the context {name} is broken: {error}") from error
        docker = meta["Endpoints"].get("docker")
        if docker is not None:
            docker.setdefault("Host", get_context_host(None, False))
            docker["SkipTLSVerify"] = bool(docker.get("SkipTLSVerify", True))
        return meta

    def _load_certs(self) -> None:
        self.tls_path = get_tls_dir(self.name)
        self.tls_cfg = {}
        for endpoint in self.endpoints:
            folder = os.path.join(self.tls_path, endpoint)
            found: dict[str, str] = {}
            for file in os.listdir(folder) if os.path.isdir(folder) else []:
                for kind in ("ca", "cert", "key"):
                    if file.startswith(kind):
                        found[kind] = os.path.join(folder, file)
            if len(found) == 3:
                verified = endpoint == "docker" and not self.endpoints["docker"].get("SkipTLSVerify", False)
                self.tls_cfg[endpoint] = TLSSettings(
                    client_cert=(found["cert"], found["key"]),
                    ca_cert=found["ca"],
                    verify=True if verified else None,
                )

    def save(self) -> None:
        """Write it, its TLS files too."""
        os.makedirs(get_meta_dir(self.name), exist_ok=True)
        with open(get_meta_file(self.name), "w") as file:
            json.dump(self.Metadata, file)
        for endpoint, tls in self.tls_cfg.items():
            folder = get_tls_dir(self.name, endpoint)
            os.makedirs(folder, exist_ok=True)
            for path in (tls.ca_cert, *(tls.cert or ())):
                if path:
                    shutil.copyfile(path, os.path.join(folder, os.path.basename(path)))
        self.meta_path = get_meta_dir(self.name)
        self.tls_path = get_tls_dir(self.name)

    def remove(self) -> None:
        """Remove its files."""
        for folder in (self.meta_path, self.tls_path):
            if os.path.isdir(folder):
                shutil.rmtree(folder)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: '{self.name}'>"

    def __str__(self) -> str:
        return json.dumps(self(), indent=2)

    def __call__(self) -> dict[str, Any]:
        """All that is known of it."""
        return {**self.Metadata, **self.TLSMaterial, **self.Storage}

    def is_docker_host(self) -> bool:
        """Whether it is an engine, and nothing else by that name."""
        return self.context_type is None

    @property
    def Name(self) -> str:  # noqa: N802 - the name that docker-py has
        """Its name."""
        return self.name

    @property
    def Host(self) -> str | None:  # noqa: N802 - the name that docker-py has
        """The daemon's address."""
        if self._endpoint != "docker":
            host: str | None = self.endpoints[self._endpoint].get("Host")
            return host
        return (self.endpoints.get("docker") or {}).get("Host")

    @property
    def Orchestrator(self) -> str | None:  # noqa: N802 - the name that docker-py has
        """What orchestrates there."""
        return self.orchestrator

    @property
    def Metadata(self) -> dict[str, Any]:  # noqa: N802 - the name that docker-py has
        """What its file has."""
        about = {"StackOrchestrator": self.orchestrator} if self.orchestrator else {}
        return {"Name": self.name, "Metadata": about, "Endpoints": self.endpoints}

    @property
    def TLSConfig(self) -> TLSSettings | None:  # noqa: N802 - the name that docker-py has
        """How to speak TLS with the daemon; None for none."""
        return self.tls_cfg.get(self._endpoint)

    @property
    def TLSMaterial(self) -> dict[str, Any]:  # noqa: N802 - the name that docker-py has
        """The names of its TLS files."""
        names = {
            endpoint: [os.path.basename(path) for path in (tls.ca_cert, *(tls.cert or ())) if path]
            for endpoint, tls in self.tls_cfg.items()
        }
        return {"TLSMaterial": names}

    @property
    def Storage(self) -> dict[str, Any]:  # noqa: N802 - the name that docker-py has
        """Where its files are."""
        return {"Storage": {"MetadataPath": self.meta_path, "TLSPath": self.tls_path}}
