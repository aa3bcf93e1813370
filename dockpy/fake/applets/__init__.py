"""busybox's applets as programs of the simulated kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.applets import (
    awk,
    cat,
    comparing,
    compressing,
    copying,
    digests,
    dumping,
    echo,
    environment,
    expr,
    fields,
    find,
    grep,
    head,
    ls,
    making,
    network,
    owning,
    paths,
    processes,
    removing,
    sed,
    settings,
    sort,
    statistics,
    tar,
    test,
    wc,
    web,
    xargs,
)
from dockpy.fake.applets.applet import REGISTER
from dockpy.fake.applets.busybox import names

if TYPE_CHECKING:
    from dockpy.fake.kernel.process import Code

__all__ = ["APPLETS", "names"]

_FAMILIES = (
    awk,
    cat,
    comparing,
    compressing,
    copying,
    digests,
    dumping,
    echo,
    environment,
    expr,
    fields,
    find,
    grep,
    head,
    ls,
    making,
    network,
    owning,
    paths,
    processes,
    removing,
    sed,
    settings,
    sort,
    statistics,
    tar,
    test,
    wc,
    web,
    xargs,
)

APPLETS: dict[str, Code] = REGISTER
"""Each applet by its name."""
