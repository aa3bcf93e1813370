"""Image references: ``registry/namespace/name:tag@digest``.

The grammar is the one of Docker's own parser, so a reference means the same here as on the command line:

    reference   = name [":" tag] ["@" digest]
    name        = [registry "/"] component {"/" component}
    registry    = host [":" port], known by a ".", a ":", an upper-case letter or as "localhost"
    component   = lower-case letters and digits, joined by ".", "_", "__" or dashes
    tag         = up to 128 word characters, "." and "-", the first one a word character
    digest      = algorithm ":" hexadecimal digits

Nothing here does any I/O.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from dockpy.errors import InvalidReference

__all__ = ["DEFAULT_REGISTRY", "DEFAULT_TAG", "ImageReference", "is_image_id"]

DEFAULT_REGISTRY = "docker.io"
"""The registry of a name that begins with none: Docker Hub."""

DEFAULT_TAG = "latest"
"""The tag of a reference that has neither tag nor digest."""

_LEGACY_REGISTRY = "index.docker.io"
_OFFICIAL = "library/"
_MAX_REPOSITORY = 255
_MAX_TAG = 128
_MAX_SHOWN = 120

_DOMAIN_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_REGISTRY = re.compile(rf"(?:{_DOMAIN_LABEL}(?:\.{_DOMAIN_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?")
_COMPONENT = re.compile(r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_ALGORITHM = re.compile(r"[a-z][a-z0-9]*(?:[+._-][a-z][a-z0-9]*)*")
_HEX_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}
_IMAGE_ID = re.compile(r"(?:sha256:)?[0-9a-f]{12,64}")
_BARE_ID = re.compile(r"[0-9a-f]{64}")

_ACCEPTED = (
    "A reference is written [registry[:port]/]name[:tag][@digest], "
    "such as ubuntu:24.04 or ghcr.io/org/app:1.2."
)


@dataclass(frozen=True, slots=True)
class ImageReference:
    """The name of an image, complete: nothing is left to a default.

    Two references are equal when they name the same thing, however they were written.

    Args:
        registry: the registry's host, with its port where it has one, such as ``docker.io``.
        repository: the repository there, such as ``library/ubuntu``.
        tag: the tag; ``latest`` where there is neither tag nor digest.
        digest: the digest, such as ``sha256:…``.

    Raises:
        InvalidReference: a part does not follow the grammar.
    """

    registry: str
    repository: str
    tag: str | None = None
    digest: str | None = None

    def __post_init__(self) -> None:
        _check_registry(self.registry)
        registry, repository = _split_name(self.name)
        _check_repository(repository)
        object.__setattr__(self, "registry", registry)
        object.__setattr__(self, "repository", repository)
        if self.tag is not None:
            _check_tag(self.tag)
        if self.digest is not None:
            _check_digest(self.digest)
        elif self.tag is None:
            object.__setattr__(self, "tag", DEFAULT_TAG)

    @classmethod
    def parse(cls, text: str) -> ImageReference:
        """Read a reference as the docker command reads it.

        Args:
            text: the reference, such as ``ubuntu``, ``ghcr.io/org/app:1.2`` or ``app@sha256:…``.

        Returns:
            The reference with its defaults filled in: ``ubuntu`` is ``docker.io/library/ubuntu:latest``.

        Raises:
            InvalidReference: the text is not a reference; the message says what is wrong with which part.
        """
        try:
            _check_text(text)
            named, at, digest = text.partition("@")
            name, colon, tag = named.rpartition(":")
            if not colon or "/" in tag:  # that colon was a port's, or there was none
                name, colon, tag = named, "", ""
            registry, repository = _split_name(name)
            return cls(registry, repository, tag if colon else None, digest if at else None)
        except InvalidReference as error:
            shown = text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"
            error.at(subject=f"image reference {shown!r}")
            raise

    @property
    def name(self) -> str:
        """Registry and repository: ``docker.io/library/ubuntu``."""
        return f"{self.registry}/{self.repository}"

    @property
    def familiar_name(self) -> str:
        """Registry and repository as people write them: ``ubuntu``."""
        if self.registry != DEFAULT_REGISTRY:
            return self.name
        official = self.repository.removeprefix(_OFFICIAL)
        # What is left out must come back when it is read again: not so for docker.io/localhost/app.
        for short in (official, self.repository):
            if _split_name(short) == (self.registry, self.repository):
                return short
        return self.name

    @property
    def canonical(self) -> str:
        """The whole reference: ``docker.io/library/ubuntu:latest``."""
        return self.name + self._suffix

    @property
    def familiar(self) -> str:
        """The reference as people write it, its tag included: ``ubuntu:latest``."""
        return self.familiar_name + self._suffix

    @property
    def _suffix(self) -> str:
        tag = f":{self.tag}" if self.tag is not None else ""
        return f"{tag}@{self.digest}" if self.digest is not None else tag

    def with_tag(self, tag: str | None) -> ImageReference:
        """The same reference with another tag, or with none; a digest stays.

        Args:
            tag: the new tag. None takes the tag away; without a digest either, that means ``latest``.

        Raises:
            InvalidReference: the tag does not follow the grammar.
        """
        return replace(self, tag=tag)

    def with_digest(self, digest: str | None) -> ImageReference:
        """The same reference with another digest, or with none; a tag stays.

        Args:
            digest: the new digest. None takes the digest away.

        Raises:
            InvalidReference: the digest does not follow the grammar.
        """
        return replace(self, digest=digest)

    def __str__(self) -> str:
        return self.familiar


def is_image_id(text: str) -> bool:
    """Whether a text can be an image's ID: 12 to 64 hexadecimal digits, with or without ``sha256:``.

    A short one may be a name too (``deadbeefcafe``); an engine looks for the name first.
    """
    return _IMAGE_ID.fullmatch(text) is not None


def _is_registry(first: str) -> bool:
    """Whether the first component of a name is a registry rather than a namespace on Docker Hub."""
    return first == "localhost" or "." in first or ":" in first or first != first.lower()


def _split_name(name: str) -> tuple[str, str]:
    """Tell the registry from the repository, and fill in Docker Hub's own."""
    first, slash, rest = name.partition("/")
    if not slash or not _is_registry(first):
        first, rest = DEFAULT_REGISTRY, name
    if first == _LEGACY_REGISTRY:
        first = DEFAULT_REGISTRY
    if first == DEFAULT_REGISTRY and "/" not in rest:
        rest = _OFFICIAL + rest
    return first, rest


def _check_text(text: str) -> None:
    if not text:
        raise InvalidReference("an image reference cannot be empty", hint=_ACCEPTED)
    for position, character in enumerate(text):
        if character.isspace() or not character.isprintable():
            kind = "whitespace" if character.isspace() else "a control character"
            raise InvalidReference(f"there is {kind} ({character!r}) at position {position}", hint=_ACCEPTED)
    if "://" in text:
        raise InvalidReference("a reference has no scheme: leave out what ends in '://'", hint=_ACCEPTED)
    if _BARE_ID.fullmatch(text):
        raise InvalidReference(
            "64 hexadecimal digits are an image's ID, not a name",
            hint=f"Write sha256:{text[:12]}… where an ID is accepted, or add a tag if this is a name.",
        )


def _check_registry(registry: str) -> None:
    if not _is_registry(registry) or not _REGISTRY.fullmatch(registry):
        raise InvalidReference(
            f"{registry!r} is not a registry",
            hint="A registry is 'localhost', a host with a dot or a port, or an IP address (IPv6 in […]).",
        )


def _check_repository(repository: str) -> None:
    if not repository or repository == _OFFICIAL:
        raise InvalidReference("the name is missing", hint=_ACCEPTED)
    if len(repository) > _MAX_REPOSITORY:
        raise InvalidReference(
            f"the repository name has {len(repository)} characters, at most {_MAX_REPOSITORY} are allowed"
        )
    for component in repository.split("/"):
        if _COMPONENT.fullmatch(component):
            continue
        if not component:
            raise InvalidReference("a part of the name between two '/' is empty", hint=_ACCEPTED)
        if _COMPONENT.fullmatch(component.lower()):
            raise InvalidReference(
                f"the name {component!r} has upper-case letters",
                hint=f"Repository names are lower case: {component.lower()!r}.",
            )
        raise InvalidReference(
            f"the name {component!r} is not valid",
            hint="A name is made of a-z and 0-9, joined by '.', '_', '__' or dashes; these join, no more.",
        )


def _check_tag(tag: str) -> None:
    if _TAG.fullmatch(tag):
        return
    if not tag:
        raise InvalidReference("there is no tag after ':'", hint=_ACCEPTED)
    if len(tag) > _MAX_TAG:
        raise InvalidReference(f"the tag has {len(tag)} characters, at most {_MAX_TAG} are allowed")
    raise InvalidReference(
        f"the tag {tag!r} is not valid",
        hint="Tags are made of letters, digits, '_', '.' and '-', and begin with none of the last two.",
    )


def _check_digest(digest: str) -> None:
    algorithm, _, hexadecimal = digest.partition(":")
    if not _ALGORITHM.fullmatch(algorithm):
        raise InvalidReference(
            f"the digest {digest[:_MAX_SHOWN]!r} names no algorithm",
            hint="A digest is written algorithm:hex, such as sha256 and 64 hexadecimal digits.",
        )
    length = _HEX_LENGTHS.get(algorithm)
    if length is not None:
        if not re.fullmatch(f"[0-9a-f]{{{length}}}", hexadecimal):
            raise InvalidReference(
                f"the digest {digest[:_MAX_SHOWN]!r} is not valid",
                hint=f"After {algorithm}: come {length} hexadecimal digits in lower case.",
            )
    elif not re.fullmatch(r"[0-9a-fA-F]{32,}", hexadecimal):
        raise InvalidReference(
            f"the digest {digest[:_MAX_SHOWN]!r} is not valid",
            hint=f"After {algorithm}: come at least 32 hexadecimal digits.",
        )
