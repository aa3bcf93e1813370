"""The shell: a program of the simulated kernel that behaves, and complains, as busybox's ash."""

from dockpy.fake.sh.main import main

__all__ = ["main"]
