"""The programs of the hub's images: the shell and the applets are elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.hub.programs.hello import hello
from dockpy.fake.hub.programs.nginx import nginx
from dockpy.fake.hub.programs.packages import PACKAGE_PROGRAMS
from dockpy.fake.hub.programs.postgres import pg_isready, postgres, psql
from dockpy.fake.hub.programs.python import python
from dockpy.fake.hub.programs.redis import redis_server
from dockpy.fake.hub.programs.redis_cli import redis_cli

if TYPE_CHECKING:
    from dockpy.fake.kernel.process import Code

__all__ = ["PROGRAMS"]

PROGRAMS: dict[str, Code] = {
    **PACKAGE_PROGRAMS,
    "hello": hello,
    "nginx": nginx,
    "pg_isready": pg_isready,
    "postgres": postgres,
    "psql": psql,
    "python": python,
    "redis-cli": redis_cli,
    "redis-server": redis_server,
}
"""By the name that their files hold."""
