"""What interrupts the shell: its own errors, and the jumps of ``break``, ``return`` and ``exit``."""

from __future__ import annotations

__all__ = [
    "Abort",
    "Break",
    "Continue",
    "Ended",
    "Exit",
    "Failure",
    "Incomplete",
    "Interrupt",
    "Jump",
    "Return",
    "SyntaxFault",
]


class Incomplete(Exception):
    """The text ends within a command; there may be more of it."""


class SyntaxFault(Exception):
    """The text is no shell script.

    Attributes:
        line: where it was noticed, counted as the shell does.
    """

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line: int = line


class Failure(Exception):
    """An error of an expansion, a redirection or a builtin, not yet reported.

    Attributes:
        status: what ``$?`` becomes.
    """

    def __init__(self, message: str, status: int = 2) -> None:
        super().__init__(message)
        self.status: int = status


class Jump(Exception):
    """Leaves what is being run."""

    def __init__(self, status: int = 0) -> None:
        super().__init__()
        self.status: int = status


class Abort(Jump):
    """An error was reported: a shell that is not interactive ends, another goes on with the next line."""


class Exit(Jump):
    """``exit``."""


class Ended(Exit):
    """A program took the shell's place, and has ended: there is no EXIT trap."""


class Interrupt(Jump):
    """``^C``: back to the prompt."""


class Return(Jump):
    """``return``."""


class Break(Jump):
    """``break``; `levels` loops are left."""

    def __init__(self, levels: int) -> None:
        super().__init__()
        self.levels: int = levels


class Continue(Break):
    """``continue``; `levels` counts the loop that goes on."""
