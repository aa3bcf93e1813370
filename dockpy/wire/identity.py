"""Where an image comes from, as far as its engine could make sure of it: signed, pulled or built."""

from __future__ import annotations

from typing import Annotated

from dockpy.wire.base import Model, Name

__all__ = [
    "BuildIdentity",
    "Identity",
    "PullIdentity",
    "SignatureIdentity",
    "SignatureTimestamp",
    "SignerIdentity",
]


class SignerIdentity(Model):
    """Who signed, in the words of the certificate (Fulcio's extensions)."""

    certificate_issuer: str | None = None
    subject_alternative_name: str | None = None
    issuer: str | None = None  # of the token that the certificate was given for
    build_signer_uri: Annotated[str | None, Name("BuildSignerURI")] = None
    build_signer_digest: str | None = None
    runner_environment: str | None = None
    source_repository_uri: Annotated[str | None, Name("SourceRepositoryURI")] = None
    source_repository_digest: str | None = None
    source_repository_ref: str | None = None
    source_repository_identifier: str | None = None
    source_repository_owner_uri: Annotated[str | None, Name("SourceRepositoryOwnerURI")] = None
    source_repository_owner_identifier: str | None = None
    build_config_uri: Annotated[str | None, Name("BuildConfigURI")] = None
    build_config_digest: str | None = None
    build_trigger: str | None = None
    run_invocation_uri: Annotated[str | None, Name("RunInvocationURI")] = None
    source_repository_visibility_at_signing: str | None = None


class SignatureTimestamp(Model):
    """Who vouches for the time of a signature."""

    type: str | None = None  # Tlog | TimestampAuthority
    uri: Annotated[str | None, Name("URI")] = None
    timestamp: str | None = None


class SignatureIdentity(Model):
    """A signature that the engine found, and what checking it gave."""

    name: str | None = None
    timestamps: list[SignatureTimestamp] = []
    known_signer: str | None = None  # DHI
    docker_reference: str | None = None
    signer: SignerIdentity | None = None
    signature_type: str | None = None  # bundle-v0.3 | simplesigning-v1
    error: str | None = None  # why the signature does not hold
    warnings: list[str] = []


class PullIdentity(Model):
    """The repository that an image was pulled from."""

    repository: str | None = None


class BuildIdentity(Model):
    """The build on this engine that made an image."""

    ref: str | None = None
    created_at: str | None = None


class Identity(Model):
    """What the engine knows of an image's origin."""

    signature: list[SignatureIdentity] = []
    pull: list[PullIdentity] = []
    build: list[BuildIdentity] = []
