"""Every fault, to every kind of call, over every transport."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import breaking
import pytest
from cells import try_cell
from matrix import CELLS, EXPECTED, KINDS, SENSELESS
from ways import TRANSPORTS

if TYPE_CHECKING:
    from matrix import Cell


@pytest.mark.parametrize("cell", [cell for cell in CELLS if cell.senseless is None], ids=str)
def test_cell(cell: Cell, ways: Any) -> None:
    try_cell(cell, ways[cell.transport])


def test_the_matrix_is_whole() -> None:
    assert len(CELLS) == len(breaking.FAULTS) * len(KINDS) * len(TRANSPORTS)
    assert EXPECTED.keys() == breaking.FAULTS.keys()
    for key, why in SENSELESS.items():
        assert any(
            all(
                part in (None, own)
                for part, own in zip(key, (cell.fault, cell.kind, cell.transport), strict=True)
            )
            for cell in CELLS
        ), f"{key}: {why}"
