"""Names of images as an engine reads them, and its words for those that it cannot read."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from dockpy.fake.failure import Failure
from dockpy.version import at_least

__all__ = ["Name", "parse_name", "parse_reference"]

_HUB = "docker.io"
_HEX64 = re.compile(r"[0-9a-f]{64}")
_DIGEST = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}")
_SHA256 = re.compile(r"sha256:[0-9a-f]{64}")
_LABEL = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_NAME = re.compile(
    rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?/{_COMPONENT}(?:/{_COMPONENT})*"
)
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_LONGEST = 255


@dataclass(frozen=True, slots=True)
class Name:
    """A name, with what was given of tag and digest.

    Attributes:
        host: the registry: ``docker.io``.
        path: the repository there: ``library/busybox``.
        tag: empty where none was given.
        digest: empty where none was given.
    """

    host: str
    path: str
    tag: str = ""
    digest: str = ""

    @property
    def repository(self) -> str:
        """Registry and repository: ``docker.io/library/busybox``."""
        return f"{self.host}/{self.path}"

    @property
    def familiar_repository(self) -> str:
        """Registry and repository as people write them: ``busybox``."""
        if self.host != _HUB:
            return self.repository
        short = self.path.removeprefix("library/")
        return self.path if "/" in short else short

    @property
    def full(self) -> str:
        """All of it, as stores keep it."""
        return self.repository + self._suffix

    @property
    def familiar(self) -> str:
        """All of it, as people write it."""
        return self.familiar_repository + self._suffix

    @property
    def _suffix(self) -> str:
        return (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")

    def with_default(self) -> Name:
        """Tagged ``latest``, where there is neither tag nor digest."""
        return self if self.tag or self.digest else replace(self, tag="latest")

    def of_tag(self, tag: str) -> Name:
        """The same repository's name with this tag.

        Raises:
            Failure: 400, it is none.
        """
        if not _TAG.fullmatch(tag):
            raise Failure(400, "invalid tag format")
        return Name(self.host, self.path, tag)

    def of_digest(self, digest: str) -> Name:
        """The same repository's name with this digest."""
        return Name(self.host, self.path, digest=digest)


def parse_name(text: str, api: str = "1.51") -> Name:
    """A name as an engine reads it.

    Args:
        text: the name.
        api: the engine's newest version: they word one text differently.

    Raises:
        Failure: 400, it is none.
    """
    if _HEX64.fullmatch(text):
        raise Failure(400, f"invalid repository name ({text}), cannot specify 64-byte hexadecimal strings")
    host, rest = _split(text)
    path = rest.partition(":")[0]
    if path != path.lower():
        named = f" ({path})" if at_least(api, "1.42") else ""
        raise Failure(400, f"invalid reference format: repository name{named} must be lowercase")
    named, at, digest = rest.partition("@")
    path, colon, tag = named.partition(":")
    if (
        not _NAME.fullmatch(f"{host}/{path}")
        or (colon and not _TAG.fullmatch(tag))
        or (at and not _DIGEST.fullmatch(digest))
    ):
        raise Failure(400, "invalid reference format")
    if at and digest.startswith("sha256:") and not _SHA256.fullmatch(digest):
        raise Failure(400, "invalid checksum digest length")
    if len(path) > _LONGEST:
        raise Failure(400, "repository name must not be more than 255 characters")
    return Name(host, path, tag, digest)


def parse_reference(text: str, api: str = "1.51") -> Name | str:
    """A name, or an image's id where it is one.

    Args:
        text: what was given.
        api: the engine's newest version.

    Raises:
        Failure: 400, it is neither.
    """
    if _HEX64.fullmatch(text):
        return f"sha256:{text}"
    if _SHA256.fullmatch(text):
        return text
    return parse_name(text, api)


def _split(text: str) -> tuple[str, str]:
    first, slash, rest = text.partition("/")
    if not slash or not (first == "localhost" or "." in first or ":" in first or first != first.lower()):
        first, rest = _HUB, text
    if first == "index.docker.io":
        first = _HUB
    if first == _HUB and "/" not in rest:
        rest = f"library/{rest}"
    return first, rest
