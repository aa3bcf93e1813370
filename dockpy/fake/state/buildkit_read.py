"""A Dockerfile as BuildKit reads it, and its words for what it cannot read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.failure import Failure
from dockpy.fake.state.build_context import content_of
from dockpy.fake.state.dockerfile import DockerfileError, parse_dockerfile
from dockpy.fake.state.dockerfile_stages import find_stage, read_stages
from dockpy.version import at_least

if TYPE_CHECKING:
    from dockpy.fake.state.build_context import Files
    from dockpy.fake.state.dockerfile import Dockerfile
    from dockpy.fake.state.dockerfile_stages import Instruction, Stage

__all__ = ["read_dockerfile", "stages_of", "worded"]


def worded(problem: str, api: str) -> str:
    """What is wrong before anything is built, as an engine tells it."""
    if at_least(api, "1.42"):
        return problem
    return f"failed to solve with frontend dockerfile.v0: failed to create LLB definition: {problem}"


def read_dockerfile(context: Files, path: str, api: str) -> Dockerfile:
    """The Dockerfile of a context.

    Args:
        context: the files.
        path: where it is; empty for ``Dockerfile``.
        api: the engine's newest version.

    Raises:
        Failure: there is none.
    """
    wanted = path or "Dockerfile"
    node = context.find(context.resolve(wanted))
    if node is None or node.kind != "file":
        problem = f"failed to read dockerfile: open {wanted}: no such file or directory"
        raise Failure(500, worded(problem, api))
    try:
        return parse_dockerfile(content_of(node), api, heredocs=at_least(api, "1.42"))
    except DockerfileError as error:
        raise Failure(500, worded(error.problem, api)) from None


def stages_of(dockerfile: Dockerfile, wanted: str, api: str) -> tuple[list[Stage], list[Instruction], int]:
    """The stages, the ARGs before them, and the place of the stage that is wanted.

    Args:
        dockerfile: the Dockerfile.
        wanted: the stage's name or number; empty for the last one.
        api: the engine's newest version.

    Raises:
        Failure: an instruction cannot be, or there is no such stage.
    """
    new = at_least(api, "1.42")
    try:
        stages, arguments = read_stages(dockerfile.nodes, api, buildkit=True)
    except DockerfileError as error:
        where = f"dockerfile parse error {'on ' if new else ''}line {error.line}: " if error.line else ""
        raise Failure(500, worded(where + error.problem, api)) from None
    if not stages:
        raise Failure(500, worded("dockerfile contains no stages to build", api))
    target: int | None = len(stages) - 1
    if wanted:
        target = find_stage(stages, wanted)
        if target is None and wanted.isdigit() and int(wanted) < len(stages):
            target = int(wanted)
    if target is None:
        shown = f'"{wanted}"' if new else wanted
        raise Failure(500, worded(f"target stage {shown} could not be found", api))
    return stages, arguments, target
