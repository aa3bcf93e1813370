"""Linux's errors, with their own texts, whatever the host's system says."""

from __future__ import annotations

import errno

__all__ = ["BadArchive", "fault", "go_text"]

_TEXTS = {
    errno.EPERM: "Operation not permitted",
    errno.ENOENT: "No such file or directory",
    errno.EBADF: "Bad file descriptor",
    errno.EACCES: "Permission denied",
    errno.EBUSY: "Device or resource busy",
    errno.EEXIST: "File exists",
    errno.EXDEV: "Invalid cross-device link",
    errno.ENODEV: "No such device",
    errno.ENOTDIR: "Not a directory",
    errno.EISDIR: "Is a directory",
    errno.EINVAL: "Invalid argument",
    errno.ETXTBSY: "Text file busy",
    errno.EFBIG: "File too large",
    errno.ENOSPC: "No space left on device",
    errno.ESPIPE: "Illegal seek",
    errno.EROFS: "Read-only file system",
    errno.EMLINK: "Too many links",
    errno.ENAMETOOLONG: "File name too long",
    errno.ENOTEMPTY: "Directory not empty",
    errno.ELOOP: "Too many levels of symbolic links",
    errno.ENXIO: "No such device or address",
}


def fault(number: int, path: str | None = None) -> OSError:
    """The error of this number, of the class that Python has for it."""
    text = _TEXTS[number]
    return OSError(number, text) if path is None else OSError(number, text, path)


def go_text(number: int | None) -> str:
    """The same text as Go writes it."""
    text = _TEXTS.get(number or 0, "input/output error")
    return text[0].lower() + text[1:]


class BadArchive(ValueError):
    """A tar that cannot be read or unpacked, or a path that cannot be reached; the text is the engine's.

    Args:
        message: the text.
        missing: what a link in it leads to is not there, which the newer engines answer with 404.
        outside: it was found before the tar was unpacked.
    """

    def __init__(self, message: str, *, missing: bool = False, outside: bool = False) -> None:
        super().__init__(message)
        self.missing: bool = missing
        self.outside: bool = outside
