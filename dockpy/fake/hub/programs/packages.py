"""Package managers: they say that there is no network, as they do where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dockpy.fake.kernel.process import Code, Process
    from dockpy.fake.kernel.scheduler import Program

__all__ = ["PACKAGE_PROGRAMS"]

_VERSIONS = {
    "apk": "apk-tools 2.14.9, compiled for x86_64.",
    "pip": "pip 25.2 from /usr/local/lib/python3/site-packages/pip (python 3)",
    "dpkg": "Debian 'dpkg' package management program version 1.22.21 (amd64).",
}


def _offline(name: str, text: str, code: int) -> Code:
    def program(p: Process) -> Program:
        if any(argument in ("--version", "-v", "-V") for argument in p.argv[1:2]):
            yield from p.write(1, f"{_VERSIONS.get(name, f'{name} 3.0.3 (amd64)')}\n".encode())
            return 0
        shown = text.format(what=" ".join(a for a in p.argv[2:] if not a.startswith("-")) or "packages")
        yield from p.write(2, f"{shown}\n".encode())
        return code

    return program


_WHY = "the fake daemon's containers have no network but their own"
_APT = f"E: Unable to fetch {{what}}: {_WHY}"
_APK = f"ERROR: unable to select packages: {{what}}: {_WHY}"
_PIP = f"ERROR: No matching distribution found for {{what}}: {_WHY}"

PACKAGE_PROGRAMS: dict[str, Code] = {
    **{name: _offline(name, _APT, 100) for name in ("apt", "apt-cache", "apt-get", "apt-mark")},
    **{name: _offline(name, "dpkg: error: no packages: {what}", 2) for name in ("dpkg", "dpkg-query")},
    "apk": _offline("apk", _APK, 1),
    "pip": _offline("pip", _PIP, 1),
}
"""By name."""
