"""The messages of the classic builder."""

from __future__ import annotations

import json
from typing import Any

from dockpy.fake.reply import encode_text
from dockpy.version import at_least

__all__ = ["BuildLines", "encoded"]


def encoded(message: dict[str, Any]) -> bytes:
    """A message in its line."""
    text = json.dumps(message, separators=(",", ":"), ensure_ascii=False)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return encode_text(text) + b"\r\n"


class BuildLines:
    """Writes them.

    Args:
        api: the engine's newest version.
    """

    def __init__(self, api: str) -> None:
        self._new = at_least(api, "1.42")

    def text(self, text: str) -> bytes:
        """What is shown as it is."""
        return encoded({"stream": text})

    def complaint(self, text: str) -> bytes:
        """What is shown in red."""
        return encoded({"stream": f"\x1b[91m{text}\x1b[0m"})

    def output(self, stream: int, data: bytes) -> bytes:
        """What a command wrote."""
        text = data.decode("utf-8", "replace")
        return self.complaint(text) if stream == 2 else self.text(text)

    def step(self, number: int, total: int, code: str) -> list[bytes]:
        """A step begins."""
        return [self.text(f"Step {number}/{total} : {code}"), self.text("\n")]

    def removed(self, id: str) -> bytes:
        """A step's container is gone."""
        words = " ---> Removed intermediate container" if self._new else "Removing intermediate container"
        return self.text(f"{words} {id[:12]}\n")

    def image(self, id: str) -> bytes:
        """What a step came to."""
        return self.text(f" ---> {id.removeprefix('sha256:')[:12]}\n")

    def built(self, id: str) -> bytes:
        """A stage's image, for programs."""
        return encoded({"aux": {"ID": id}})

    def error(self, message: str, code: int | None = None) -> bytes:
        """What went wrong; nothing follows."""
        detail = {"message": message} if code is None else {"code": code, "message": message}
        return encoded({"errorDetail": detail, "error": message})
