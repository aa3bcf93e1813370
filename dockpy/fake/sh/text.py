"""Text as the shell sees it: one character a byte, as busybox's ash counts, cuts and matches.

A byte above 127 is the lone surrogate that Python's ``surrogateescape`` gives it. Such text encodes to its
own bytes, so that most of what is passed on needs no care; names of files and arguments of programs leave as
`outer` text.
"""

from __future__ import annotations

__all__ = ["decode", "encode", "inner", "outer"]


def decode(data: bytes) -> str:
    """Bytes as the shell's text."""
    return data.decode("ascii", "surrogateescape")


def encode(text: str) -> bytes:
    """The shell's text, or any, as bytes."""
    return text.encode("utf-8", "surrogateescape")


def inner(text: str) -> str:
    """Text from outside as the shell's."""
    return text if text.isascii() else decode(encode(text))


def outer(text: str) -> str:
    """The shell's text as others have it."""
    return text if text.isascii() else encode(text).decode("utf-8", "surrogateescape")
