"""Images: builds by the classic builder, lists, registries."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from terminals import Terminal

DOCKERFILE = """\
ARG BASE=busybox
FROM $BASE AS first
LABEL of={of}
ARG WHO=world
ENV GREETING="hello $WHO"
RUN echo "$GREETING" > /greeting
FROM busybox
LABEL of={of}
WORKDIR /app
COPY --from=first /greeting .
COPY files/ ./files/
RUN ls files && cat greeting
EXPOSE 80
USER 1000
ENTRYPOINT ["cat"]
CMD ["greeting"]
"""


def scenario_build(docker: Terminal) -> None:
    image = docker.name("image")
    docker.write("Dockerfile", DOCKERFILE.format(of=docker.prefix))
    docker.write("files/a", "a\n")
    docker("build", "-t", f"{image}:1", "--build-arg", f"WHO={docker.prefix}", ".")
    docker("build", "-t", f"{image}:2", "--build-arg", f"WHO={docker.prefix}", ".")
    docker("run", "--rm", "--network", "none", f"{image}:1")
    docker("run", "--rm", "--network", "none", "--entrypoint", "sh", f"{image}:1", "-c", "id -u; ls -l files")
    docker("history", "--no-trunc", "--format", "{{.CreatedBy}}|{{.Size}}|{{.Comment}}", f"{image}:1")
    assert docker("history", f"{image}:1", note=False).lines[0].startswith("IMAGE ")
    docker("images", "--format", "{{.Repository}}:{{.Tag}}", image)
    docker("inspect", "-f", "{{json .Config}}", f"{image}:1")
    docker("build", "-t", f"{image}:first", "--target", "first", "-q", ".")
    docker("rmi", f"{image}:1", f"{image}:2", note=False)


def scenario_build_what_fails(docker: Terminal) -> None:
    docker("build", "-", input=f"FROM busybox\nLABEL of={docker.prefix}\nRUN echo no >&2; exit 3\n", code=3)
    docker("build", "-", input="FROM busybox\nCOPY nothing /\n", code=1)
    docker("build", "-", input="FROM busybox\nNONSENSE x\n", code=1)
    docker("build", "-", input="", code=1)
    docker("build", docker.name("nowhere"), code=1)
    docker("build", "--target", "other", "-", input="FROM busybox\n", code=1)
    docker("build", "--build-arg", "UNUSED=1", "-q", "-", input="FROM busybox\n")


def scenario_images(docker: Terminal) -> None:
    image = docker.name("image")
    docker("tag", "busybox", f"{image}:1")
    docker("tag", "busybox", f"{image}:2")
    docker("images", image)
    docker("image", "ls", "-q", image)
    docker("images", "--no-trunc", "--format", "{{.Repository}} {{.Tag}} {{.ID}}", f"{image}:1")
    docker("images", "--digests", "--format", "{{.Repository}} {{.Tag}} {{.Digest}}", f"{image}:2")
    docker("images", "--filter", f"reference={image}:*", "--format", "{{.Tag}}")
    docker("images", "--filter", "colour=red", code=1)
    docker("images", docker.name("nothing"))
    docker("tag", docker.name("nothing"), "x", code=1)
    docker("tag", "busybox", "Not:A:Name", code=1)
    docker("rmi", f"{image}:1")
    docker("rmi", f"{image}:1", code=1)
    docker("rmi", f"{image}:2")
    docker("history", docker.name("nothing"), code=1)
    docker("image", "inspect", docker.name("nothing"), code=1)
    docker(
        "image", "inspect", "-f", "{{.Os}} {{.Architecture}} {{.RootFS.Type}} {{json .Config.Cmd}}", "busybox"
    )


def scenario_image_in_use(docker: Terminal) -> None:
    image, name = docker.name("image"), docker.name("c")
    docker(
        "build", "-q", "-t", image, "-", input=f"FROM busybox\nLABEL of={docker.prefix}\nRUN echo 1 > /x\n"
    )
    docker("create", "--name", name, "--network", "none", image)
    docker("rmi", image, code=1)
    docker("rmi", "-f", image, note=False)
    docker("ps", "-a", "--filter", f"name={name}", "--format", "{{.Names}}")
    docker("rm", name)
    docker("image", "prune", "-f", "--filter", f"label=of={docker.prefix}", note=False)
    docker("images", "-q", "--filter", f"label=of={docker.prefix}")


def scenario_push_and_pull(docker: Terminal) -> None:
    image = f"{docker.registry}/{docker.name('pushed')}"
    docker("build", "-q", "-t", f"{image}:1", "-", input=f"FROM busybox\nLABEL of={docker.prefix}\n")
    docker("tag", f"{image}:1", f"{image}:2")
    pushed = docker("push", f"{image}:1", note=False)
    steps = (
        "Pushing",
        "Pushed",
        "Waiting",
        "Mounted",
        "Layer already",
    )  # as the registry has the layer, or not
    docker.note("push", [docker.mask(one) for one in pushed.lines if not any(step in one for step in steps)])
    docker("push", f"{image}:2")
    docker("push", "-q", "-a", image)
    docker("rmi", f"{image}:1", f"{image}:2", note=False)
    docker("pull", f"{image}:1")
    docker("pull", f"{image}:1")
    docker("pull", "-q", f"{image}:2")
    docker("images", "--format", "{{.Tag}} {{.Digest}}", "--digests", image)
    docker("pull", f"{image}:3", code=1)
    docker("push", f"{docker.registry}/{docker.name('nothing')}", code=1)
    docker("pull", "-a", f"{docker.registry}/{docker.name('nothing')}", code=1)
    docker("rmi", f"{image}:1", f"{image}:2", note=False)


def scenario_login(docker: Terminal) -> None:
    image = f"{docker.locked}/{docker.name('private')}"
    docker("tag", "busybox", image)
    docker("push", image, code=1)
    docker("pull", image, code=1)
    docker("login", "-u", "tester", "--password-stdin", docker.locked, input="wrong", code=1)
    docker("login", "-u", "tester", "--password-stdin", docker.locked, input="s3cret")
    docker("push", "-q", image)
    docker("rmi", image)
    docker("pull", "-q", image)
    docker("logout", docker.locked)
    docker("pull", image, code=1)
    docker("rmi", image)
