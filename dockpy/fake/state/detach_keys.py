"""The keys that detach a terminal (``ctrl-p,ctrl-q``), and how they are found in what is typed."""

from __future__ import annotations

__all__ = ["DEFAULT_KEYS", "DetachFilter", "parse_detach_keys"]

DEFAULT_KEYS = b"\x10\x11"
"""Ctrl-P, Ctrl-Q."""


def parse_detach_keys(text: str) -> bytes:
    """The bytes that a terminal sends for these keys; empty where none are given.

    Raises:
        ValueError: these are no keys.
    """
    if not text:
        return b""
    keys = bytearray()
    for key in text.split(","):
        if len(key) == 1:
            keys += key.encode("latin-1", "replace")
        elif key.startswith("ctrl-") and len(key) == 6:
            character = ord(key[5].lower())
            if not (97 <= character <= 122 or key[5] in "@[\\]^_"):
                raise ValueError(key)
            keys.append(character & 0x1F)
        else:
            raise ValueError(key)
    return bytes(keys)


class DetachFilter:
    """Looks for the keys in what comes from a terminal, whatever the chunking.

    Args:
        keys: the bytes to look for.
    """

    def __init__(self, keys: bytes) -> None:
        self._keys = keys
        self._held = 0
        self.detached: bool = False

    def feed(self, data: bytes) -> bytes:
        """What is to be passed on: all but keys that detach, or may be the beginning of that."""
        if not self._keys:
            return data
        passed = bytearray()
        for byte in data:
            if byte == self._keys[self._held]:
                self._held += 1
                if self._held == len(self._keys):
                    self.detached = True
                    break
                continue
            if self._held:
                passed += self._keys[: self._held]
                self._held = 0
            if byte == self._keys[0]:
                self._held = 1
            else:
                passed.append(byte)
        return bytes(passed)
