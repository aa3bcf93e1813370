"""awk: an interpreter of the language as POSIX has it."""

from dockpy.fake.applets.awk.command import awk

__all__ = ["awk"]
