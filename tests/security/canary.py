"""A secret that can be found again: in what objects show, what is logged, errors, what is pickled."""

from __future__ import annotations

import base64
import contextlib
import gc
import logging
import pickle
import secrets
import traceback
from types import FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Canary"]


class Canary:
    """One secret, and everything that was shown while it was in use."""

    def __init__(self) -> None:
        self.secret = f"cAnary-{secrets.token_hex(8)}"
        self.shown: list[tuple[str, str]] = []

    def look(self, what: str, thing: Any) -> None:
        """Keep what an object shows of itself and of its attributes."""
        self.keep(f"{what}: repr", repr(thing))
        for held in _held(thing):
            self.keep(f"{what}: repr of its {type(held).__name__}", repr(held))
        self.keep(f"{what}: str", str(thing))
        with contextlib.suppress(TypeError):
            self.keep(f"{what}: vars", repr(vars(thing)))
        with contextlib.suppress(Exception):  # not everything can be pickled
            self.keep(f"{what}: pickle", pickle.dumps(thing).decode("latin-1"))

    def keep(self, where: str, text: str) -> None:
        """Keep a text."""
        self.shown.append((where, text))

    def tried(self, what: str, call: Callable[[], Any]) -> Any:
        """What comes of a call, which may fail: its result and its error are looked at."""
        try:
            result = call()
        except Exception as error:
            self.keep(f"{what}: traceback", "".join(traceback.format_exception(error)))
            for link in _chain(error):
                self.look(f"{what}: {type(link).__name__}", link)
                self.keep(f"{what}: args", repr(link.args))
            return None
        self.look(what, result)
        return result

    @contextlib.contextmanager
    def logged(self) -> Iterator[None]:
        """All that is logged in the block is kept."""
        canary = self

        class Keeper(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                canary.keep(f"log of {record.name}", self.format(record))
                canary.keep(f"log of {record.name}: record", repr(vars(record)))

        keeper, root = Keeper(logging.DEBUG), logging.getLogger()
        level = root.level
        root.addHandler(keeper)
        root.setLevel(logging.DEBUG)
        try:
            yield
        finally:
            root.removeHandler(keeper)
            root.setLevel(level)

    @property
    def forms(self) -> list[str]:
        """The secret as it may be written: plain, percent-encoded, in hexadecimal, and within base64."""
        data = self.secret.encode()
        coded = [
            base64.b64encode(b"\0" * before + data)[4 if before else 0 : -4].decode() for before in range(3)
        ]
        return [
            self.secret,
            quote(self.secret),
            data.hex(),
            *coded,
            *(form.translate(_URLSAFE) for form in coded),
        ]

    def check(self) -> None:
        """Nothing shows it."""
        assert self.shown
        found = {where: text[:300] for where, text in self.shown for form in self.forms if form in text}
        assert not found, found


def _held(thing: Any) -> list[Any]:
    """What of dockpy's an object holds, and what that holds, and so on; the fake alone is left out."""
    found, pending, seen = list[Any](), [thing], set[int]()
    while pending:
        current = pending.pop()
        if id(current) in seen or isinstance(current, (type, ModuleType, FunctionType)):
            continue
        seen.add(id(current))
        module = type(current).__module__
        if module.startswith("dockpy.fake"):
            continue
        if module.split(".")[0] == "dockpy":
            found.append(current)
        elif not isinstance(current, (dict, list, tuple, set, MethodType)):
            continue
        pending += gc.get_referents(current)
    return found


def _chain(error: BaseException) -> list[BaseException]:
    """The error and all that led to it, also what a traceback leaves out."""
    found = [error]
    for current in found:
        links = [current.__cause__, current.__context__]
        if isinstance(current, BaseExceptionGroup):
            links += current.exceptions
        found += [link for link in links if link is not None and link not in found]
    return found


_URLSAFE = str.maketrans("+/", "-_")
