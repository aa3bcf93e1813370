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
    "ImageInspect.Parent": "not described at 1.55; still sent of what the classic builder built",
    "ImageInspect.DockerVersion": "not described at 1.55; still sent of what the classic builder built",
    "AuthConfig.auth": "not described; every engine takes it",
    "AuthConfig.identitytoken": "not described; every engine takes it",
    "AuthConfig.registrytoken": "not described; every engine takes it",
    "OCIDescriptor.urls": "not described at 1.41 and 1.45; also of registries, which know no API version",
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
    "PushImageInfo.errorDetail": "not described at 1.41 and 1.45; every engine sends it",
    "PushImageInfo.id": "not described; the layer, or the tag",
    "PushImageInfo.aux": "not described; the result of the push",
    # The system and sessions
    "EventMessage.status": "not described; sent before 1.52 of containers and images",
    "EventMessage.id": "as status",
    "EventMessage.from": "as status",
    "Session?X-Docker-Expose-Session-Uuid": "not described; a build names its session by it",
    "Session?X-Docker-Expose-Session-Name": "not described; BuildKit reads it",
    "Session?X-Docker-Expose-Session-Sharedkey": "not described; BuildKit reads it",
    "Session?X-Docker-Expose-Session-Grpc-Method": "not described; what BuildKit may call here",
    # Containers, exec and networks
    "ContainerLogs?since": "engines read seconds with decimals, and docker sends them so",
    "ContainerLogs?until": "as since",
    "ContainerStats answer": "described without properties in 1.41 and 1.45; the same ever since",
    "PutContainerArchive?noOverwriteDirNonDir": "the engine reads a boolean",
    "PutContainerArchive?copyUIDGID": "the engine reads a boolean",
    "ExecStart success": "101 where the connection is upgraded; 200 alone is described",
    "ExecResize success": "podman answers 201",
    "NetworkInspect.Services": "described since 1.52; engines before send it too, if asked with verbose",
    # The swarm, services, tasks, secrets and configs
    "SwarmInitRequest.Availability": "not described; every engine takes it",
    "SwarmJoinRequest.Availability": "not described; every engine takes it",
    "RuntimeSpec.Name": "engines write it in lower case",
    "RuntimeSpec.Remote": "engines write it in lower case",
    "RuntimeSpec.Disabled": "engines write it in lower case",
    "RuntimeSpec.PluginPrivilege": "engines name it privileges, and ignore this",
    "RuntimeSpec.name": "described as Name",
    "RuntimeSpec.remote": "described as Remote",
    "RuntimeSpec.disabled": "described as Disabled",
    "RuntimeSpec.privileges": "described as PluginPrivilege",
    "RuntimeSpec.env": "not described; every engine takes it",
    "ContainerSpec.HealthCheck": "engines send Healthcheck, and take both",
    "ContainerSpec.Healthcheck": "described as HealthCheck",
    "Service.PreviousSpec": "not described; sent of a service that was updated",
    "ServiceCreateResponse.Warning": "described before 1.44 in place of Warnings; 20.10 sends a list too",
    "ServiceCreateResponse.Warnings": "as Warning",
    "ServiceLogs?since": "engines take fractions of seconds too",
    "TaskLogs?since": "engines take fractions of seconds too",
    "TaskStatus.PortStatus": "not described in 1.41; 20.10 sends it",
    "Task.AssignedGenericResources": "engines name it GenericResources",
    "Task.GenericResources": "described as AssignedGenericResources",
    "SecretCreateResponse.Id": "engines send ID",
    "SecretCreateResponse.ID": "described as Id",
    "ConfigCreateResponse.Id": "engines send ID",
    "ConfigCreateResponse.ID": "described as Id",
    # A task's networks are described as networks.Network; engines send them as the managers keep them
    **dict.fromkeys(
        (
            f"SwarmNetwork.{name}"
            for name in (
                *("Name", "Id", "Created", "Scope", "Driver", "EnableIPv4", "EnableIPv6", "IPAM", "Internal"),
                *("Attachable", "Ingress", "ConfigFrom", "ConfigOnly", "Containers", "Options", "Labels"),
                *("Peers", "ID", "Version", "CreatedAt", "UpdatedAt", "Spec", "DriverState", "IPAMOptions"),
            )
        ),
        "described as networks.Network",
    ),
    # Volumes of a cluster: what Docker 28.5 reads and writes; the rest it ignores
    **{
        f"{model}.{name}": "described in AccessMode; engines have it beside that"
        for model in ("AccessMode", "ClusterVolumeSpec")
        for name in ("Secrets", "AccessibilityRequirements", "CapacityRange", "Availability")
    },
    "AccessMode.BlockVolume": "not described; one of it and MountVolume has to be there",
    "AccessMode.MountVolume": "described without properties",
    # Plugins
    "PluginPull success": "engines answer 200 and a stream of progress messages",
    "PluginUpgrade success": "engines answer 200 and a stream of progress messages",
    "PluginDelete answer": "engines answer nothing",
    "PluginEnable?timeout": "engines answer 500 where it is missing",
    "PluginInterface.Types[]": "described as objects before 1.52; every engine sends strings",
    "PluginPush?X-Registry-Auth": "not described; every engine reads it",
    "GetPluginPrivileges?X-Registry-Auth": "not described; every engine reads it",
}
