"""What a container uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, overload

from dockpy.errors import InvalidArgument, InvalidResponse
from dockpy.ops import containers as ops
from dockpy.resources.part import ContainerPart

if TYPE_CHECKING:
    from dockpy.transport.answers import JsonStream
    from dockpy.wire.stats import ContainerStatsResponse

__all__ = ["ContainerStats"]


class ContainerStats(ContainerPart):
    """The part of a container that tells what it uses."""

    @overload
    def stats(self, *, stream: Literal[False] = False, one_shot: bool = False) -> ContainerStatsResponse: ...

    @overload
    def stats(
        self, *, stream: Literal[True], one_shot: Literal[False] = False
    ) -> JsonStream[ContainerStatsResponse]: ...

    def stats(
        self, *, stream: bool = False, one_shot: bool = False
    ) -> ContainerStatsResponse | JsonStream[ContainerStatsResponse]:
        """What it uses: CPU, memory, networks, block devices.

        A percentage of the CPUs takes two samples. One that is asked for by itself holds both, which takes
        the engine a second or two; the first one of a stream, and one that is taken at once, has none
        (``cpu_percent`` is None).

        Args:
            stream: a sample each second, for as long as you read.
            one_shot: take the sample at once; not with ``stream``.

        Returns:
            The sample, with the engine's numbers and what the docker command makes of them: ``cpu_percent``,
            ``memory_usage``, ``memory_percent``, ``network_io``, ``block_io``; zeros where it does not run.
            With ``stream``, an iterator of samples; close it, or use it in a ``with`` statement.

        Raises:
            NotFound: it is not there any more.

        Operation: ContainerStats.
        """
        if stream and one_shot:
            raise InvalidArgument("one_shot=True takes one sample, stream=True many: give one of them")
        query = {"stream": stream, "one-shot": one_shot or None}
        samples = self.client.api.objects(ops.STATS, {"id": self.id}, query)
        if stream:
            return samples
        with samples:
            samples.settimeout(self.client.timeouts.read)
            for sample in samples:
                return sample
        raise samples.at(InvalidResponse("The engine gave no sample"))
