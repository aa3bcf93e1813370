"""python, nginx, redis and postgres: a program of their own upon debian or alpine."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from dockpy.fake.hub import alpine, debian
from dockpy.fake.hub.rootfs import RootFS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Service", "nginx", "postgres", "python", "redis"]

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_CREATED = "2025-10-21T00:00:00Z"
_MTIME = 1761004800


@dataclass(frozen=True, slots=True)
class Service:
    """An image upon another.

    Attributes:
        base: ``debian`` or ``alpine``.
        env: what is said in the environment.
        settings: what its containers start from besides.
        steps: the instructions of its history that change no files.
        user: of the program's own: name, numbers, home, shell.
        fill: writes its files.
    """

    base: str
    env: Mapping[str, str]
    settings: Mapping[str, Any]
    user: tuple[str, int, int, str, str] | None
    fill: Callable[[RootFS], object]
    steps: list[str] = field(default_factory=list[str])

    def config(self) -> dict[str, Any]:
        """What is known before the layers are made."""
        base = alpine.config("3.22") if self.base == "alpine" else debian.config(debian.DEBIAN["13"])
        step: dict[str, Any] = {"created": _CREATED, "comment": "buildkit.dockerfile.v0"}
        env = [f"{name}={value}" for name, value in {"PATH": _PATH, **self.env}.items()]
        told = [f"ENV {name}={value}" for name, value in self.env.items()]
        empty = [{**step, "created_by": text, "empty_layer": True} for text in [*told, *self.steps]]
        made = {**step, "created_by": "RUN /bin/sh -c set -eux; # buildkit"}
        return {
            **base,
            "config": {"Env": env, **self.settings},
            "created": _CREATED,
            "history": [*base["history"], *empty[: len(told)], made, *empty[len(told) :]],
        }

    def layers(self) -> list[bytes]:
        """The tars of its layers."""
        root = RootFS(_MTIME)
        if self.user is not None:
            root.folders("etc")
            if self.base == "alpine":
                users, groups = alpine.passwd(self.user)
            else:
                users, groups = debian.passwd(self.user)
            root.file("etc/group", groups).file("etc/passwd", users)
        self.fill(root)
        return [*_below(self.base), root.tar()]


@cache
def _below(base: str) -> list[bytes]:
    return alpine.layers("3.22") if base == "alpine" else debian.layers(debian.DEBIAN["13"])


def python(version: str, base: str = "debian") -> Service:
    """The image of a Python.

    Args:
        version: such as ``3.13.9``.
        base: ``debian`` or ``alpine``.
    """
    series = version.rpartition(".")[0]

    def fill(root: RootFS) -> None:
        root.folders("usr", "usr/local", "usr/local/bin").program(f"usr/local/bin/python{series}", "python")
        root.symlinks(f"python{series}", "usr/local/bin/python", "usr/local/bin/python3")
        root.program("usr/local/bin/pip", "pip").symlinks("pip", "usr/local/bin/pip3")
        root.folders(
            "usr/local/lib", f"usr/local/lib/python{series}", f"usr/local/lib/python{series}/site-packages"
        )

    env = {"LANG": "C.UTF-8", "PYTHON_VERSION": version}
    path = {"PATH": f"/usr/local/bin:{_PATH}"}
    return Service(base, {**path, **env}, {"Cmd": ["python3"]}, None, fill, ['CMD ["python3"]'])


def nginx(version: str, base: str = "debian") -> Service:
    """The image of an nginx."""

    def fill(root: RootFS) -> None:
        root.folders("docker-entrypoint.d").file("docker-entrypoint.sh", _NGINX_START, 0o755)
        root.folders("etc", "etc/nginx", "etc/nginx/conf.d")
        root.file("etc/nginx/conf.d/default.conf", _NGINX_SITE).file("etc/nginx/nginx.conf", _NGINX_CONF)
        root.folders("usr", "usr/sbin").program("usr/sbin/nginx", "nginx")
        root.folders("usr/share", "usr/share/nginx", "usr/share/nginx/html")
        root.file("usr/share/nginx/html/50x.html", _page("Error", "An error occurred."))
        root.file(
            "usr/share/nginx/html/index.html",
            _page("Welcome to nginx!", "The fake daemon's nginx is running."),
        )
        root.folders("var", "var/cache").folders("var/cache/nginx").folders("var/log", "var/log/nginx")
        root.symlinks("/dev/stdout", "var/log/nginx/access.log").symlinks(
            "/dev/stderr", "var/log/nginx/error.log"
        )

    settings = {
        "ExposedPorts": {"80/tcp": {}},
        "Cmd": ["nginx", "-g", "daemon off;"],
        "Entrypoint": ["/docker-entrypoint.sh"],
        "Labels": {"maintainer": "NGINX Docker Maintainers <docker-maint@nginx.com>"},
        "StopSignal": "SIGQUIT",
    }
    steps = ['ENTRYPOINT ["/docker-entrypoint.sh"]', "EXPOSE map[80/tcp:{}]", "STOPSIGNAL SIGQUIT"]
    steps.append('CMD ["nginx" "-g" "daemon off;"]')
    user = ("nginx", 101, 101, "/nonexistent", "/bin/false")
    return Service(base, {"NGINX_VERSION": version}, settings, user, fill, steps)


def redis(version: str, base: str = "debian") -> Service:
    """The image of a Redis."""

    def fill(root: RootFS) -> None:
        root.folders("data", uid=999, gid=1000).folders("usr", "usr/local", "usr/local/bin")
        root.file("usr/local/bin/docker-entrypoint.sh", _REDIS_START, 0o755)
        root.program("usr/local/bin/redis-server", "redis-server").program(
            "usr/local/bin/redis-cli", "redis-cli"
        )

    settings = {
        "ExposedPorts": {"6379/tcp": {}},
        "Cmd": ["redis-server"],
        "Volumes": {"/data": {}},
        "WorkingDir": "/data",
        "Entrypoint": ["docker-entrypoint.sh"],
    }
    steps = ["VOLUME [/data]", "WORKDIR /data", 'ENTRYPOINT ["docker-entrypoint.sh"]']
    steps += ["EXPOSE map[6379/tcp:{}]", 'CMD ["redis-server"]']
    user = ("redis", 999, 1000, "/home/redis", "/bin/sh")
    return Service(base, {"REDIS_VERSION": version}, settings, user, fill, steps)


def postgres(version: str, base: str = "debian") -> Service:
    """The image of a PostgreSQL."""
    major = version.partition(".")[0]
    place = f"/usr/lib/postgresql/{major}/bin"
    number = 70 if base == "alpine" else 999

    def fill(root: RootFS) -> None:
        root.folders("docker-entrypoint-initdb.d", "usr", "usr/lib", "usr/lib/postgresql")
        root.folders(f"usr/lib/postgresql/{major}", place[1:])
        for name in ("postgres", "pg_isready", "psql"):
            root.program(f"{place[1:]}/{name}", name)
        root.folders("usr/local", "usr/local/bin")
        root.file("usr/local/bin/docker-entrypoint.sh", _POSTGRES_START, 0o755)
        root.folders("var", "var/lib").folders("var/lib/postgresql", uid=number, gid=number)
        root.folders("var/lib/postgresql/data", mode=0o1777, uid=number, gid=number)
        root.folders("run").folders("run/postgresql", mode=0o3777, uid=number, gid=number)

    env = {
        "PATH": f"{_PATH}:{place}",
        "LANG": "en_US.utf8",
        "PG_MAJOR": major,
        "PG_VERSION": version if base == "alpine" else f"{version}-1.pgdg13+1",
        "PGDATA": "/var/lib/postgresql/data",
    }
    settings = {
        "ExposedPorts": {"5432/tcp": {}},
        "Cmd": ["postgres"],
        "Volumes": {"/var/lib/postgresql/data": {}},
        "Entrypoint": ["docker-entrypoint.sh"],
        "StopSignal": "SIGINT",
    }
    steps = ["VOLUME [/var/lib/postgresql/data]", 'ENTRYPOINT ["docker-entrypoint.sh"]', "STOPSIGNAL SIGINT"]
    steps += ["EXPOSE map[5432/tcp:{}]", 'CMD ["postgres"]']
    user = ("postgres", number, number, "/var/lib/postgresql", "/bin/bash" if base == "debian" else "/bin/sh")
    return Service(base, env, settings, user, fill, steps)


def _page(title: str, text: str) -> str:
    return (
        f"<!DOCTYPE html>\n<html>\n<head>\n<title>{title}</title>\n</head>\n<body>\n"
        f"<h1>{title}</h1>\n<p>{text}</p>\n</body>\n</html>\n"
    )


_NGINX_START = """\
#!/bin/sh
set -e
if [ "$1" = nginx ]; then
    echo "$0: Configuration complete; ready for start up"
fi
exec "$@"
"""
_NGINX_SITE = """\
server {
    listen       80;
    server_name  localhost;

    location / {
        root   /usr/share/nginx/html;
        index  index.html index.htm;
    }
}
"""
_NGINX_CONF = """\
user  nginx;
worker_processes  auto;

events {
    worker_connections  1024;
}

http {
    default_type  application/octet-stream;
    include /etc/nginx/conf.d/*.conf;
}
"""
_REDIS_START = """\
#!/bin/sh
set -e
case "$1" in
    -*|*.conf|'') set -- redis-server "$@" ;;
esac
exec "$@"
"""
_POSTGRES_START = """\
#!/bin/sh
set -e
case "$1" in
    -*) set -- postgres "$@" ;;
esac
exec "$@"
"""
