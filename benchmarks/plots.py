"""Line plots with both axes logarithmic, as SVG."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["plot"]

_WIDTH, _HEIGHT = 640, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 80, 160, 40, 50
_COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b")
_STYLE = "text{font:12px sans-serif;fill:#333}.grid{stroke:#ddd}.line{fill:none;stroke-width:2}"


def plot(
    title: str,
    axis: str,
    lines: Mapping[str, Sequence[tuple[float, float]]],
    label: Callable[[float], str],
    ticks: Callable[[float], str],
) -> str:
    """An SVG document.

    Args:
        title: what stands above.
        axis: what grows to the right.
        lines: points by name, all of them above zero.
        label: a value of the vertical axis as text.
        ticks: a value of the horizontal axis as text.
    """
    across, down = (_Axis([point[at] for points in lines.values() for point in points]) for at in (0, 1))

    def spot(x: float, y: float) -> tuple[float, float]:
        right = _LEFT + across.place(x) * (_WIDTH - _LEFT - _RIGHT)
        return right, _HEIGHT - _BOTTOM - down.place(y) * (_HEIGHT - _TOP - _BOTTOM)

    parts = [f'<text x="{_LEFT}" y="20" font-weight="bold">{escape(title)}</text>']
    parts.append(f'<text x="{_LEFT}" y="{_HEIGHT - 8}">{escape(axis)}</text>')
    for x in across.decades():
        at, _ = spot(x, down.low)
        parts.append(f'<path class="grid" d="M{at:.1f} {_TOP}V{_HEIGHT - _BOTTOM}"/>')
        parts.append(
            f'<text x="{at:.1f}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">{ticks(x)}</text>'
        )
    for y in down.decades():
        _, at = spot(across.low, y)
        parts.append(f'<path class="grid" d="M{_LEFT} {at:.1f}H{_WIDTH - _RIGHT}"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{label(y)}</text>')
    for number, (name, points) in enumerate(lines.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        spots = [spot(*point) for point in points]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in spots)
        parts.append(f'<path class="line" stroke="{colour}" d="M{path}"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in spots]
        height = _TOP + 16 * number + 10
        parts.append(
            f'<rect x="{_WIDTH - _RIGHT + 10}" y="{height - 9}" width="10" height="10" fill="{colour}"/>'
        )
        parts.append(f'<text x="{_WIDTH - _RIGHT + 26}" y="{height}">{escape(name)}</text>')
    size = f'width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
    begin = f'<svg xmlns="http://www.w3.org/2000/svg" {size}><style>{_STYLE}</style>'
    return "\n".join([begin, '<rect width="100%" height="100%" fill="#fff"/>', *parts, "</svg>", ""])


class _Axis:
    """From the power of ten below the least value to the one above the greatest."""

    def __init__(self, values: Sequence[float]) -> None:
        self._first = math.floor(math.log10(min(values)))
        self._last = max(math.ceil(math.log10(max(values))), self._first + 1)
        self.low: float = 10.0**self._first

    def place(self, value: float) -> float:
        """Where a value is, from 0 to 1."""
        return (math.log10(value) - self._first) / (self._last - self._first)

    def decades(self) -> list[float]:
        """The powers of ten."""
        return [10.0**power for power in range(self._first, self._last + 1)]
