"""The classic builder's messages, as engines sent them."""

from __future__ import annotations

from typing import Any

import pytest

from dockpy.build.classic import ClassicProgress
from dockpy.errors import BuildError

BUILT = "sha256:" + "ab" * 32


def fed(*messages: dict[str, Any] | str) -> ClassicProgress[dict[str, Any]]:
    progress: ClassicProgress[dict[str, Any]] = ClassicProgress()
    for now, message in enumerate(messages):
        progress.feed({"stream": message} if isinstance(message, str) else message, float(now))
    progress.finish(float(len(messages)))
    return progress


def test_steps() -> None:
    progress = fed(
        *("Step 1/3 : FROM busybox", "\n", " ---> d7a22a0604dd\n", "Step 2/3 : RUN printf 'a\\nb'", "\n"),
        *(" ---> Running in 1d21c680fbcf\n", "a", "\nb", "Removing intermediate container 1d21c680fbcf\n"),
        *(" ---> 82d963d1f540\n", "Step 3/3 : ENV A=b\n", " ---> Using cache\n", " ---> 82d963d1f541\n"),
        {"aux": {"ID": BUILT}},
        *("Successfully built abababababab\n", "Successfully tagged a:b\n"),
    )
    assert [step.name for step in progress.steps] == [
        "Step 1/3 : FROM busybox",
        "Step 2/3 : RUN printf 'a\\nb'",
        "Step 3/3 : ENV A=b",
    ]
    assert [step.cached for step in progress.steps] == [False, False, True]
    assert [step.duration for step in progress.steps] == [3.0, 6.0, 6.0]
    assert [step.output for step in progress.steps] == ["", "a\nb\n", ""]
    assert progress.steps[2].instruction == "ENV A=b"
    assert progress.image_id == BUILT
    assert len(progress.log) == 16


def test_what_a_command_writes_is_no_step() -> None:
    progress = fed(
        "Step 1/1 : RUN echo",
        "\n",
        " ---> Running in 1\n",
        "Step 9/9 : RUN x\n",
        "\x1b[91mred\n\x1b[0m",
        "end",
    )
    assert len(progress.steps) == 1
    assert progress.steps[0].output == "Step 9/9 : RUN x\nred\nend"


def test_without_an_aux() -> None:
    assert fed("Step 1/1 : FROM a\n", "Successfully built abababababab\n").image_id == "abababababab"
    assert fed(f"{BUILT}\n").image_id == BUILT
    assert fed(BUILT).image_id == BUILT
    assert fed("Step 1/1 : RUN echo\n", f"{BUILT}\n").image_id is None
    assert fed().image_id is None


def test_progress_of_pulls_is_not_kept() -> None:
    progress = fed({"status": "Downloading", "progressDetail": {"current": 1}}, {"status": "Done"})
    assert progress.log == [{"status": "Done"}]


def failure(*messages: dict[str, Any] | str) -> BuildError:
    with pytest.raises(BuildError) as caught:
        fed(*messages)
    return caught.value


def test_a_failing_step() -> None:
    lines = [f"line {number}\n" for number in range(100)]
    failed = {"errorDetail": {"code": 3, "message": "returned a non-zero code: 3"}, "error": "returned 3"}
    error = failure(
        *("Step 1/2 : FROM a\n", "Step 2/2 : RUN make\n", " ---> Running in 1\n"),
        *lines,
        "\x1b[91mmake: Error\n\x1b[0m",
        failed,
    )
    assert (error.msg, error.code, error.step) == ("returned a non-zero code: 3", 3, "Step 2/2 : RUN make")
    assert error.build_log[-1] == failed
    assert error.output.splitlines()[-2:] == ["line 99", "make: Error"]
    assert len(error.output.splitlines()) == 20
    assert str(error).endswith("line 99\nmake: Error")


def test_a_failure_before_any_step() -> None:
    error = failure({"error": "no"})
    assert (error.msg, error.step, str(error)) == ("no", None, "no")


@pytest.mark.parametrize(
    "instruction", ["RUN <<EOF", "COPY --link a b", "ADD --checksum=sha256:0 http://a b"]
)
def test_a_step_that_the_builder_would_get_wrong(instruction: str) -> None:
    """The context came from elsewhere: what it holds is known by the steps alone."""
    error = failure("Step 1/2 : FROM a\n", f"Step 2/2 : {instruction}\n")
    assert error.step == f"Step 2/2 : {instruction}"
    assert "needs BuildKit" in error.msg


def test_arguments_are_not_judged_by_their_step() -> None:
    assert len(fed("Step 1/2 : ARG TARGETARCH\n", "Step 2/2 : FROM a-$TARGETARCH\n").steps) == 2


def test_a_line_without_an_end_does_not_fill_the_error() -> None:
    progress: ClassicProgress[Any] = ClassicProgress()
    progress.feed({"stream": "Step 1/1 : RUN bar\n"}, 0)
    progress.feed({"stream": "." * 1_000_000 + "the end"}, 0)
    with pytest.raises(BuildError) as caught:
        progress.feed({"error": "failed"}, 0)
    assert str(caught.value).endswith("...the end")
    assert len(str(caught.value)) < 21_000
