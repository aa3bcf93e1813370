"""Names within one registry: ``team/app:1`` rather than ``127.0.0.1:5050/team/app:1``."""

from __future__ import annotations

from dockpy.errors import InvalidReference
from dockpy.reference import DEFAULT_REGISTRY, ImageReference

__all__ = ["check_digest", "check_reference", "read_reference", "read_repository"]

_HUB = (f"{DEFAULT_REGISTRY}/", "index.docker.io/")


def read_reference(host: str, text: str) -> ImageReference:
    """A reference relative to a registry, or a full one of this registry.

    Args:
        host: the registry.
        text: such as ``team/app:1``, ``app@sha256:…`` or ``127.0.0.1:5050/team/app``.

    Raises:
        InvalidReference: it is none, or one of another registry.
    """
    if not isinstance(text, str):
        raise InvalidReference(f"{text!r} is no reference, which is a text such as 'team/app:1'")
    given = ImageReference.parse(text)
    if given.registry == DEFAULT_REGISTRY and not text.startswith(_HUB):
        return ImageReference.parse(f"{host}/{text}")
    if given.registry.lower() != host.lower():
        raise InvalidReference(
            f"that is an image of {given.registry}, not of {host}",
            subject=f"image reference {text!r}",
            hint="References are relative to the registry, such as team/app:1.",
        )
    return given


def read_repository(host: str, text: str) -> ImageReference:
    """A repository's name relative to a registry, or with this registry in front.

    Raises:
        InvalidReference: it is none, names a tag or a digest, or belongs to another registry.
    """
    read = read_reference(host, text)
    if "@" in text or ":" in text.rpartition("/")[2]:
        raise InvalidReference(
            "a repository has neither tag nor digest",
            subject=f"image reference {text!r}",
            hint="Give them to its methods: repository('team/app').manifest('1').",
        )
    return read


def check_reference(host: str, name: str, ref: str) -> None:
    """See that a text is a tag or a digest of a repository.

    Raises:
        InvalidReference: it is neither.
    """
    subject = f"repository {host}/{name}"
    if not isinstance(ref, str):
        raise InvalidReference(f"{ref!r} is neither a tag nor a digest", subject=subject)
    try:
        ImageReference(host, name, **{"digest" if ":" in ref else "tag": ref})
    except InvalidReference as error:
        raise InvalidReference(
            f"{ref[:150]!r} is neither a tag nor a digest: {error.message}",
            subject=subject,
            hint="It takes '1.0' or 'sha256:…' alone: the repository has its name already.",
        ) from None


def check_digest(digest: str) -> None:
    """See that a text is a digest.

    Raises:
        InvalidReference: it is none.
    """
    ImageReference("localhost", "any", digest=digest)
