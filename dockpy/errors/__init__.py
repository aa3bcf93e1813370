"""Everything dockpy raises.

    DockpyError (DockerException)
    ├── ConnectionFailed            no engine answered there
    │   └── TimedOut                it did not answer in time (also a TimeoutError)
    │       └── ExecTimedOut        a command executed in a container did not end in time
    ├── InvalidArgument             refused before anything was sent (also a ValueError)
    │   ├── InvalidReference        not an image reference
    │   ├── InvalidEndpoint         not an address of a daemon
    │   └── ContextNotFound         no docker context of that name
    ├── ConfigError                 a file or a credential helper cannot be used
    ├── VersionMismatch             the daemon does not speak what was asked of it
    ├── InvalidResponse             what answered is no engine or registry, or not as it should be
    │   ├── TruncatedResponse       it broke off
    │   ├── ResponseTooLarge        it is larger than anything of its kind
    │   ├── DigestMismatch          it is not what its digest says
    │   └── UntrustedLocation       it sends us where we do not go
    ├── ApiError (APIError)         the engine, or a registry, answered with an error status
    │   ├── BadParameter            400
    │   ├── Unauthorized            401
    │   ├── Forbidden               403
    │   ├── NotFound                404
    │   │   └── ImageNotFound       404, and what is missing is an image
    │   ├── Conflict                409
    │   ├── RateLimited             429
    │   └── ServerError             5xx
    ├── StreamError                 a failure reported inside a stream that began with 200
    │   ├── PullError
    │   ├── PushError
    │   ├── BuildError
    │   └── ImageLoadError
    ├── ContainerError              a container's command ended with a non-zero code
    ├── NotReady                    a container cannot become what was waited for
    ├── ArchiveError                a tar cannot be packed, or is not unpacked here
    ├── TransferError               a step of a copy or a move between daemons failed
    └── FleetError                  some daemons of a fleet failed (also an ExceptionGroup)

Each error knows the operation, the object, the daemon and what to try next; each can be pickled;
none holds a secret.
"""

from __future__ import annotations

from dockpy.errors.api import (
    ApiError,
    BadParameter,
    Conflict,
    ErrorResponse,
    Forbidden,
    ImageNotFound,
    NotFound,
    RateLimited,
    ServerError,
    Unauthorized,
    error_for_status,
)
from dockpy.errors.base import (
    ConfigError,
    ConnectionFailed,
    ContextNotFound,
    DigestMismatch,
    DockpyError,
    ExecTimedOut,
    InvalidArgument,
    InvalidEndpoint,
    InvalidReference,
    InvalidResponse,
    ResponseTooLarge,
    TimedOut,
    TruncatedResponse,
    UntrustedLocation,
    VersionMismatch,
)
from dockpy.errors.containers import ArchiveError, ContainerError, NotReady
from dockpy.errors.fleet import FleetError
from dockpy.errors.streams import BuildError, ImageLoadError, PullError, PushError, StreamError
from dockpy.errors.transfer import TransferError

__all__ = [
    "APIError",
    "ApiError",
    "ArchiveError",
    "BadParameter",
    "BuildError",
    "ConfigError",
    "Conflict",
    "ConnectionFailed",
    "ContainerError",
    "ContextNotFound",
    "DigestMismatch",
    "DockerException",
    "DockpyError",
    "ErrorResponse",
    "ExecTimedOut",
    "FleetError",
    "Forbidden",
    "ImageLoadError",
    "ImageNotFound",
    "InvalidArgument",
    "InvalidEndpoint",
    "InvalidReference",
    "InvalidResponse",
    "NotFound",
    "NotReady",
    "PullError",
    "PushError",
    "RateLimited",
    "ResponseTooLarge",
    "ServerError",
    "StreamError",
    "TimedOut",
    "TransferError",
    "TruncatedResponse",
    "Unauthorized",
    "UntrustedLocation",
    "VersionMismatch",
    "error_for_status",
]

DockerException = DockpyError
"""docker-py's name of `DockpyError`."""
APIError = ApiError
"""docker-py's name of `ApiError`."""
