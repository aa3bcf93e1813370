"""The shell's options: letters and names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.sh.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["NAMES", "Options", "flags", "listing", "take"]

NAMES = {
    "e": "errexit",
    "f": "noglob",
    "I": "ignoreeof",
    "i": "",
    "m": "monitor",
    "n": "noexec",
    "s": "",
    "c": "",
    "x": "xtrace",
    "v": "verbose",
    "C": "noclobber",
    "a": "allexport",
    "b": "notify",
    "u": "nounset",
    "E": "errtrace",
    "vi": "vi",
    "pipefail": "pipefail",
}
"""The name of each option by its letter; the last two have none."""

Options = dict[str, bool]


def flags(options: Options) -> str:
    """``$-``."""
    return "".join(letter for letter in reversed(NAMES) if len(letter) == 1 and options[letter])


def listing(options: Options, *, again: bool) -> str:
    """What ``set -o`` prints, or ``set +o``, which can be read again."""
    lines = []
    for letter, name in NAMES.items():
        if name and again:
            lines.append(f"set {'-' if options[letter] else '+'}o {name}\n")
        elif name:
            lines.append(f"{name:16}{'on' if options[letter] else 'off'}\n")
    return "".join(lines)


def take(options: Options, args: list[str], show: Callable[[bool], None] | None = None) -> list[str] | None:
    """Take options from the beginning of arguments.

    Args:
        options: to be changed.
        args: what may begin with options.
        show: called where ``-o`` (or, with true, ``+o``) names no option.

    Returns:
        The arguments behind the options; None where only options were given, and no ``--``.

    Raises:
        Failure: there is no such option.
    """
    at = 0
    while at < len(args):
        arg = args[at]
        if arg in ("-", "+") or arg[:1] not in ("-", "+"):
            break
        at += 1
        if arg == "--":
            return args[at:]
        on = arg[0] == "-"
        for letter in arg[1:]:
            if letter == "o":
                if at >= len(args):
                    if show is not None:
                        show(not on)
                    continue
                name, at = args[at], at + 1
                key = next((key for key, known in NAMES.items() if known == name), "")
                if not key:
                    raise Failure(f"illegal option {arg[0]}o {name}", 1)
                options[key] = on
            elif letter in NAMES:
                options[letter] = on
            else:
                raise Failure(f"illegal option {arg[0]}{letter}")
    if at < len(args) and args[at] == "-":
        options["x"] = options["v"] = False
        return args[at + 1 :]
    return args[at:] if at < len(args) else None
