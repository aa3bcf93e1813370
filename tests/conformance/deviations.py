"""Where dockpy knowingly differs from the published descriptions, and why. The engine is right."""

from __future__ import annotations

UNDESCRIBED_OPERATIONS: dict[tuple[str, str], str] = {
    ("POST", "/build/cancel"): "served by every engine, cancels a BuildKit build",
    ("POST", "/grpc"): "served by every engine, deprecated in 1.53",
}

RENAMED: dict[str, str] = {
    # definition: model
}

KNOWN: dict[str, str] = {
    # "Model.JsonName", "OperationId?parameter", "OperationId body|answer|success": reason
    # Images, the builder and registries
    "ImageBuild?t": "repeated, as the engine takes every one",
    "ImageBuild?extrahosts": "repeated, as the engine takes every one",
    "ImageBuild?pull": "the engine reads a boolean",
    "ImageBuild?Content-type": "the body's own header, which the body has",
    "ImageBuild?cpusetmems": "not described; every engine reads it",
    "ImageBuild?cgroupparent": "not described; every engine reads it",
    "ImageBuild?ulimits": "not described; every engine reads it",
    "ImageBuild?securityopt": "not described; engines on Windows read it",
    "ImageBuild?isolation": "not described; every engine reads it",
    "ImageBuild?session": "not described; BuildKit finds the client's session by it",
    "ImageBuild?buildid": "not described; /build/cancel names a build by it",
    "ImageCommit?changes": "repeated, as the engine takes every one",
    "ImageGet?platform": "a string before 1.52, which took one; written the same",
    "ImageGetAll?platform": "a string before 1.52, which took one; written the same",
    "ImageLoad?platform": "a string before 1.52, which took one; written the same",
    "ImageSearch?X-Registry-Auth": "not described; every engine reads it",
    "DistributionInspect?X-Registry-Auth": "not described; every engine reads it",
    "ImageInspect.Parent": "not described from 1.53 on; still sent of what the classic builder built",
    "ImageInspect.DockerVersion": "not described from 1.53 on; still sent of what the classic builder built",
    "AuthConfig.auth": "not described; every engine takes it",
    "AuthConfig.identitytoken": "not described; every engine takes it",
    "AuthConfig.registrytoken": "not described; every engine takes it",
    "OCIDescriptor.urls": "not described before 1.48; engines hand on what a registry says, and registries know no API version",
    "OCIDescriptor.annotations": "as urls",
    "OCIDescriptor.data": "as urls",
    "OCIDescriptor.platform": "as urls",
    "OCIDescriptor.artifactType": "as urls",
    # The messages of builds, pulls and pushes
    "ProgressDetail.start": "not described; sent where there is a start",
    "ProgressDetail.hidecounts": "not described; sent where it is true",
    "ProgressDetail.units": "not described; sent where the counts are no bytes",
    "BuildInfo.aux": "of moby.buildkit.trace it is a string",
    "BuildInfo.error": "not described from 1.52 on; every engine sends it beside errorDetail",
    "CreateImageInfo.error": "as of BuildInfo",
    "PushImageInfo.error": "as of BuildInfo",
    "PushImageInfo.errorDetail": "not described before 1.48; every engine sends it",
    "PushImageInfo.id": "not described; the layer, or the tag",
    "PushImageInfo.aux": "not described; the result of the push",
    # The system and sessions
    "EventMessage.status": "not described; sent before 1.52 of containers and images",
    "EventMessage.id": "as status",
    "EventMessage.from": "as status",
    "Session?X-Docker-Expose-Session-Uuid": "not described; BuildKit refuses a session without it",
    "Session?X-Docker-Expose-Session-Name": "not described; BuildKit reads it",
    "Session?X-Docker-Expose-Session-Sharedkey": "not described; BuildKit reads it",
    "Session?X-Docker-Expose-Session-Grpc-Method": "not described; what BuildKit may call on the client's side",
}
