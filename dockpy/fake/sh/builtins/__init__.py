"""The commands that the shell has in itself, by name."""

from __future__ import annotations

from dockpy.fake.sh.builtins.describing import DESCRIBING
from dockpy.fake.sh.builtins.flow import FLOW
from dockpy.fake.sh.builtins.places import PLACES
from dockpy.fake.sh.builtins.printing import PRINTING
from dockpy.fake.sh.builtins.reading import READING
from dockpy.fake.sh.builtins.signals import SIGNALS
from dockpy.fake.sh.builtins.values import VALUES

__all__ = ["BUILTINS"]

BUILTINS = FLOW | VALUES | READING | SIGNALS | PLACES | PRINTING | DESCRIBING
"""Each gets the shell and its arguments, its name first; what may wait returns a generator of the status."""
