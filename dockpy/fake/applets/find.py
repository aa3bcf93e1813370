"""find: its walk; its expressions stand in `find_tests`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.applets.applet import applet
from dockpy.fake.applets.errors import reason
from dockpy.fake.applets.find_tests import Found, Parser, run_batches

if TYPE_CHECKING:
    from dockpy.fake.applets.applet import Applet, Steps

__all__: list[str] = []


class _Walk:
    def __init__(self, a: Applet, parser: Parser) -> None:
        self.a = a
        self.parser = parser

    def visit(self, path: str, depth: int) -> Steps[None]:
        fs = self.a.p.namespace.fs
        follow = self.parser.follow or (self.parser.follow_first and depth == 0)
        try:
            stat = fs.stat(self.a.p, path, follow and fs.exists(self.a.p, path))
        except OSError as error:
            yield from self.a.complain(f"{path}: {reason(error)}")
            self.a.status = 1
            return
        found = Found(self.a, path, stat, depth)
        yield None
        if not self.parser.depth_first:
            yield from self._test(found)
        if stat.is_dir and not found.pruned and (self.parser.most is None or depth < self.parser.most):
            try:
                names = fs.listdir(self.a.p, path)
            except OSError as error:
                yield from self.a.complain(f"{path}: {reason(error)}")
                self.a.status = 1
                names = []
            for name in names:
                yield from self.visit(f"{path}{'' if path.endswith('/') else '/'}{name}", depth + 1)
        if self.parser.depth_first:
            yield from self._test(found)

    def _test(self, found: Found) -> Steps[None]:
        if found.depth >= self.parser.least:
            yield from self.parser.expression(found)
            yield from self.a.spill()


@applet("find")
def find(a: Applet) -> Steps[int | None]:
    """Search for files."""
    args = list(a.args)
    paths = []
    options = ""
    while args and args[0] in ("-H", "-L"):
        options += args.pop(0)[1]
    while args and not (args[0].startswith("-") or args[0] in ("!", "(")):
        paths.append(args.pop(0))
    parser = Parser(a, args)
    parser.follow = parser.follow or "L" in options
    parser.follow_first = "H" in options
    walk = _Walk(a, parser)
    for path in paths or ["."]:
        yield from walk.visit(path, 0)
    yield from run_batches(a, parser)
    return a.status
