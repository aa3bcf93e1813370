"""Operations on images and the build cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.ops.operation import (
    Operation,
    Param,
    archive,
    json_body,
    json_stream,
    model,
    models,
    nothing,
    raw_body,
)

if TYPE_CHECKING:
    from dockpy.wire.build import BuildPruneResponse
    from dockpy.wire.common import IDResponse
    from dockpy.wire.images import (
        AttestationStatement,
        ImageDeleteResponseItem,
        ImageHistoryResponseItem,
        ImageInspect,
        ImagePruneResponse,
        ImageSearchResponseItem,
        ImageSummary,
    )
    from dockpy.wire.progress import BuildInfo, CreateImageInfo, LoadImageInfo, PushImageInfo

__all__ = [
    "ATTESTATIONS",
    "BUILD",
    "BUILD_CANCEL",
    "BUILD_PRUNE",
    "COMMIT",
    "CREATE",
    "DELETE",
    "GET",
    "GET_ALL",
    "HISTORY",
    "INSPECT",
    "LIST",
    "LOAD",
    "PRUNE",
    "PUSH",
    "SEARCH",
    "TAG",
]

# What is here

LIST: Operation[list[ImageSummary]] = Operation(
    "ImageList",
    "GET",
    "/images/json",
    subject="image",
    answer=models("images.ImageSummary"),
    query=(
        Param("all", "bool"),
        Param("filters", "filters"),
        Param("shared-size", "bool", since="1.42"),
        Param("digests", "bool"),
        Param("manifests", "bool", since="1.47"),
        Param("identity", "bool", since="1.54"),  # with manifests only
    ),
)

INSPECT: Operation[ImageInspect] = Operation(
    "ImageInspect",
    "GET",
    "/images/{name}/json",
    subject="image",
    answer=model("images.ImageInspect"),
    query=(
        Param("manifests", "bool", since="1.48"),  # not together with platform
        Param("platform", "json", since="1.49"),
    ),
)

ATTESTATIONS: Operation[list[AttestationStatement]] = Operation(
    "ImageAttestations",
    "GET",
    "/images/{name}/attestations",
    subject="image",
    answer=models("images.AttestationStatement"),
    query=(
        Param("platform", "jsons"),  # engines take one so far
        Param("type", "strs"),
        Param("statement", "bool"),
    ),
    since="1.55",
)

HISTORY: Operation[list[ImageHistoryResponseItem]] = Operation(
    "ImageHistory",
    "GET",
    "/images/{name}/history",
    subject="image",
    answer=models("images.ImageHistoryResponseItem"),
    query=(Param("platform", "json", since="1.48"),),
)

TAG: Operation[None] = Operation(
    "ImageTag",
    "POST",
    "/images/{name}/tag",
    subject="image",
    answer=nothing(),
    success=(201,),
    query=(Param("repo"), Param("tag")),
)

DELETE: Operation[list[ImageDeleteResponseItem]] = Operation(
    "ImageDelete",
    "DELETE",
    "/images/{name}",
    subject="image",
    answer=models("images.ImageDeleteResponseItem"),
    query=(
        Param("force", "bool"),
        Param("noprune", "bool"),
        Param("platforms", "jsons", since="1.50"),
    ),
)

PRUNE: Operation[ImagePruneResponse] = Operation(
    "ImagePrune",
    "POST",
    "/images/prune",
    subject="image",
    answer=model("images.ImagePruneResponse"),
    query=(Param("filters", "filters"),),
    waits=True,  # as long as there is something to remove
)

# From and to registries

CREATE: Operation[CreateImageInfo] = Operation(
    "ImageCreate",
    "POST",
    "/images/create",
    subject="image",
    answer=json_stream("progress.CreateImageInfo"),
    query=(
        Param("fromImage"),  # pulls
        Param("fromSrc"),  # imports: a URL, or - for the body
        Param("repo"),
        Param("tag"),
        Param("message"),
        Param("changes", "strs"),
        Param("platform"),  # os/architecture/variant
    ),
    headers=(Param("X-Registry-Auth"),),
    body=raw_body("application/octet-stream", required=False),
)

PUSH: Operation[PushImageInfo] = Operation(
    "ImagePush",
    "POST",
    "/images/{name}/push",
    subject="image",
    answer=json_stream("progress.PushImageInfo"),
    query=(
        Param("tag"),
        Param("platform", "json", since="1.46"),
    ),
    headers=(Param("X-Registry-Auth", required=True),),
)

SEARCH: Operation[list[ImageSearchResponseItem]] = Operation(
    "ImageSearch",
    "GET",
    "/images/search",
    subject="image",
    answer=models("images.ImageSearchResponseItem"),
    query=(
        Param("term", required=True),
        Param("limit", "int"),
        Param("filters", "filters"),
    ),
    headers=(Param("X-Registry-Auth"),),
)

# From and to archives

GET: Operation[bytes] = Operation(
    "ImageGet",
    "GET",
    "/images/{name}/get",
    subject="image",
    answer=archive(),
    query=(Param("platform", "jsons", since="1.48"),),  # more than one from 1.52 on
)

GET_ALL: Operation[bytes] = Operation(
    "ImageGetAll",
    "GET",
    "/images/get",
    subject="image",
    answer=archive(),
    query=(
        Param("names", "strs"),
        Param("platform", "jsons", since="1.48"),  # more than one from 1.52 on
    ),
)

LOAD: Operation[LoadImageInfo] = Operation(
    "ImageLoad",
    "POST",
    "/images/load",
    subject="image",
    answer=json_stream("progress.LoadImageInfo"),
    query=(
        Param("quiet", "bool"),
        Param("platform", "jsons", since="1.48"),  # more than one from 1.52 on
    ),
    body=raw_body(),
)

# Made here

COMMIT: Operation[IDResponse] = Operation(
    "ImageCommit",
    "POST",
    "/commit",
    subject="container",
    answer=model("common.IDResponse"),
    success=(201,),
    query=(
        Param("container"),
        Param("repo"),
        Param("tag"),
        Param("comment"),
        Param("author"),
        Param("pause", "bool"),
        Param("changes", "strs"),
    ),
    body=json_body("containers.ContainerConfig", required=False),
    waits=True,  # everything that the container wrote becomes a layer
)

BUILD: Operation[BuildInfo] = Operation(
    "ImageBuild",
    "POST",
    "/build",
    subject="image",
    answer=json_stream("progress.BuildInfo"),
    query=(
        Param("dockerfile"),
        Param("t", "strs"),
        Param("extrahosts", "strs"),  # name:address
        Param("remote"),
        Param("q", "bool"),
        Param("nocache", "bool"),
        Param("cachefrom", "json"),  # a list of images
        Param("pull", "bool"),
        Param("rm", "bool"),
        Param("forcerm", "bool"),
        Param("memory", "int"),
        Param("memswap", "int"),
        Param("cpushares", "int"),
        Param("cpusetcpus"),
        Param("cpusetmems"),
        Param("cpuperiod", "int"),
        Param("cpuquota", "int"),
        Param("cgroupparent"),
        Param("ulimits", "json"),  # a list of objects with Name, Soft and Hard
        Param("buildargs", "json"),  # a map; null where the builder's environment has the value
        Param("shmsize", "int"),
        Param("squash", "bool"),
        Param("labels", "json"),  # a map
        Param("networkmode"),
        Param("securityopt", "strs"),  # Windows
        Param("isolation"),  # Windows
        Param("platform"),  # os/architecture/variant
        Param("target"),
        Param("outputs", "json"),  # a list of objects with Type and Attrs; with BuildKit only
        Param("version"),  # 1 for the classic builder, 2 for BuildKit
        Param("session"),  # the id of the Session that serves the builder
        Param("buildid"),  # what BuildCancel may name
    ),
    headers=(Param("X-Registry-Config"),),
    body=raw_body(required=False),
)

BUILD_CANCEL: Operation[None] = Operation(
    "BuildCancel",
    "POST",
    "/build/cancel",
    subject="daemon",
    answer=nothing(),
    query=(Param("id", required=True),),
)

BUILD_PRUNE: Operation[BuildPruneResponse] = Operation(
    "BuildPrune",
    "POST",
    "/build/prune",
    subject="daemon",
    answer=model("build.BuildPruneResponse"),
    query=(
        Param("keep-storage", "int", until="1.52", deprecated="1.48"),  # renamed to reserved-space
        Param("reserved-space", "int", since="1.48"),
        Param("max-used-space", "int", since="1.48"),
        Param("min-free-space", "int", since="1.48"),
        Param("all", "bool"),
        Param("filters", "filters"),
    ),
    waits=True,  # as long as there is something to remove
)
