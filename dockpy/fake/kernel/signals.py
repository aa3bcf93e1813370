"""Signals by number and name, as Linux has them, and what they do to a process that does not catch them."""

from __future__ import annotations

__all__ = ["IGNORED", "NAMES", "STOPPING", "signal_number"]

_NAMES = (
    "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN "
    "TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS"
)
NAMES: dict[int, str] = dict(enumerate(_NAMES.split(), 1))
"""``9 → "KILL"``."""
NAMES |= {34 + n: f"RTMIN+{n}" if n else "RTMIN" for n in range(16)}
NAMES |= {64 - n: f"RTMAX-{n}" if n else "RTMAX" for n in range(15)}

_NUMBERS = {name: number for number, name in NAMES.items()} | {"IOT": 6, "CLD": 17, "POLL": 29}

IGNORED = frozenset({17, 18, 23, 28})
"""Signals that do nothing to a process that does not catch them."""
STOPPING = frozenset({19, 20, 21, 22})
"""Signals that stop a process until it gets CONT."""


def signal_number(text: str | int) -> int | None:
    """``"TERM"``, ``"sigterm"``, ``"15"`` → 15; None where there is no such signal."""
    if isinstance(text, int) or text.isdecimal():
        number = int(text)
        return number if 0 < number <= 64 else None
    return _NUMBERS.get(text.upper().removeprefix("SIG"))
