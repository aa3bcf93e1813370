"""What is asked of docker-py and of dockpy.compat alike, as expressions; and how an outcome is written down.

In an expression (`expressions/`), `api` is a low-level client, modules are called as in `MODULES`, and the
working folder is the one that `prepare` filled.
"""

from __future__ import annotations

import base64
import importlib
import io
import json
import os
import re
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from low_engine import Serving, readable

__all__ = ["CALLS", "VALUES", "evaluate", "prepare"]


def lines(*files: str) -> list[str]:
    """The expressions of files."""
    texts = [(Path(__file__).parent / "expressions" / f"{name}.txt").read_text() for name in files]
    return [line for text in texts for line in text.splitlines()]


AUTHENTICATED = re.compile(
    r"pull|push|build\(path='ctx'\)|buildargs|login|distribution|create_service|privileges|upgrade|reload"
)
CALLS: list[tuple[str, str, str]] = [
    *(("1.44", "plain", line) for line in lines("containers", "images", "rest")),
    *(("1.44", "rich", line) for line in lines("images", "rest") if AUTHENTICATED.search(line)),
    *(("1.44", "rich", line) for line in lines("configured")),
    *(("1.24", "plain", line) for line in lines("old")),
]
"""The API version, the configuration, and the expression."""

VALUES: list[str] = lines("types", "helpers", "credentials")
"""Expressions that ask no engine."""


def prepare(folder: Path) -> None:
    """The files that expressions name, and both configurations."""
    files = {
        "ctx/Dockerfile": "FROM busybox\n",
        "ctx/.dockerignore": "# no\n\n*.log\nsub/secret*\n!sub/secret-not\n",
        "ctx/a.txt": "a",
        "ctx/b.log": "b",
        "ctx/sub/Other": "FROM busybox\nRUN true\n",
        "ctx/sub/secret-a": "s",
        "ctx/sub/secret-not": "s",
        "outside": "FROM outside\n",
        "plug/config.json": "{}",
        "plug/rootfs/bin/x": "x",
        "env.list": "# no\nA=1\n\nB=x=y\n",
        "bad.list": "A\n",
        "certs/ca.pem": "ca",
        "certs/cert.pem": "cert",
        "certs/key.pem": "key",
        "image.tar": "no real tar",
        "plain/config.json": "{}",
        "rich/config.json": json.dumps(
            {
                "auths": {
                    "https://index.docker.io/v1/": {"auth": coded("hub", "p:w"), "email": "e@x"},
                    "registry.example:5000": {"auth": coded("known", "pw")},
                    "token.example": {"identitytoken": "tok"},
                    "nothing.example": {},
                },
                "HttpHeaders": {"X-Meta": "yes"},
                "detachKeys": "ctrl-x",
                "proxies": {"default": {"httpProxy": "http://proxy:1", "noProxy": "localhost"}},
            }
        ),
        "other.json": json.dumps({"auths": {"else.where": {"auth": coded("known", "there")}}}),
        "legacy": f"auth = {coded('old', 'pw')}\nemail = e@x\n",
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def coded(name: str, password: str) -> str:
    return base64.b64encode(f"{name}:{password}".encode()).decode()


def evaluate(
    library: str, engine: Serving, version: str, configuration: str, expression: str
) -> dict[str, Any]:
    """The outcome of an expression, and the requests that it made.

    Args:
        library: the package, ``docker`` or ``dockpy.compat``.
        engine: the engine's address, and what it is asked.
        version: the API version to speak.
        configuration: the folder that DOCKER_CONFIG names.
        expression: the expression.
    """
    os.environ["DOCKER_CONFIG"] = os.path.abspath(configuration)
    url, asked = engine
    asked.clear()
    with ExitStack() as stack:
        client = importlib.import_module(f"{library}.api").APIClient
        api = stack.enter_context(client(base_url=url, version=version, timeout=20))

        def opened(path: str, mode: str) -> Any:
            return stack.enter_context(open(path, mode))

        outcome = outcome_of(expression, {**names(library), "api": api, "opened": opened})
    text = json.dumps({**outcome, "requests": asked})
    text = re.sub(r"\.dockerfile\.[0-9a-f]+", ".dockerfile.RANDOM", text.replace(url[6:], "ENGINE"))
    recorded: dict[str, Any] = json.loads(text)
    return recorded


MODULES = {
    **{name: name for name in ("auth", "constants", "context", "errors", "tls", "types", "utils")},
    **{name: f"utils.{name}" for name in ("fnmatch", "json_stream", "ports", "proxy", "socket")},
    "helpers": "utils.utils",
    "files": "utils.build",
    "configuration": "utils.config",
    "builds": "api.build",
    "contexts": "context.config",
    "services": "types.services",
}
"""The modules of either library by their names in expressions."""


def names(library: str) -> dict[str, Any]:
    """What expressions may use."""
    found = {name: importlib.import_module(f"{library}.{path}") for name, path in MODULES.items()}

    def read_frames(sock: Any) -> list[Any]:
        try:
            return list(found["socket"].frames_iter(sock, tty=False))
        finally:
            sock.close()

    return {**found, "read_frames": read_frames, "datetime": datetime, "UTC": UTC, "os": os, "io": io}


def outcome_of(expression: str, variables: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"result": written(eval(expression, variables))}
    except Exception as error:
        ours = [kind.__name__ for kind in type(error).__mro__ if kind.__module__.endswith(".errors")]
        raised: dict[str, Any] = {"raises": ours or [type(error).__name__]}
        if hasattr(error, "explanation"):
            raised |= {"status": error.status_code, "explanation": error.explanation, "text": str(error)}
        return raised


def written(value: Any) -> Any:
    """A value as JSON; what JSON cannot tell apart is named."""
    if isinstance(value, bytes):
        return {"bytes": value.decode()}
    if isinstance(value, tuple):
        return {"tuple": [written(item) for item in value]}
    if isinstance(value, (set, frozenset)):
        return {"set": sorted(written(item) for item in value)}
    if isinstance(value, list):
        return [written(item) for item in value]
    if isinstance(value, dict):
        return {str(key): written(item) for key, item in value.items()}
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if hasattr(value, "read"):
        with value:
            return {"tar": readable("", value.read())}
    if hasattr(value, "__next__"):
        return {type(value).__name__.replace("_", ""): [written(item) for item in value]}
    return {"object": type(value).__name__, "text": str(value)}
