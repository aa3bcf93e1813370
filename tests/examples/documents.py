"""The snippets of README and docs, as programs.

    python tests/examples/documents.py DIRECTORY     write them there as modules, for type checkers

The ```python blocks of a document are one program, read from top to bottom; its ```text blocks are what that
program prints, ``…`` standing for whatever is there. A block is left out of the running (not of the type
checking) by a comment on the line before it, which says why:

    <!-- no-run: there is no such registry here -->
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_FENCE = re.compile(r"```(\w*)$")
_MARK = re.compile(r"<!-- no-run: (\S.*) -->$")


@dataclass(frozen=True)
class Block:
    """A fenced block."""

    language: str
    line: int  # of its first line, counted from 1
    lines: tuple[str, ...]
    reason: str | None = None  # why it is not run


@dataclass(frozen=True)
class Document:
    """A document: its text, and what is fenced in it."""

    path: Path
    text: str
    blocks: tuple[Block, ...]

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    def program(self, *, whole: bool = False) -> str:
        """Its snippets as one program, each on its own lines of the document, so that errors name them.

        Args:
            whole: those that are not run, too.
        """
        lines = [""] * len(self.text.splitlines())
        for block in self.blocks:
            if block.language == "python" and (whole or not block.reason):
                lines[block.line - 1 : block.line - 1 + len(block.lines)] = block.lines
        return "\n".join(lines).rstrip() + "\n"

    def output(self) -> re.Pattern[str]:
        """What its program has to print, among other things."""
        blocks = ["\n".join(block.lines) for block in self.blocks if block.language == "text"]
        patterns = [re.escape(text).replace("…", ".*?") for text in blocks]
        return re.compile(r".*?".join(rf"^{pattern}$" for pattern in patterns), re.DOTALL | re.MULTILINE)


def read(path: Path) -> Document:
    """Read a document."""
    text = path.read_text("utf-8")
    blocks, lines = list[Block](), text.splitlines()
    number = 0
    while number < len(lines):
        if fence := _FENCE.match(lines[number]):
            mark = _MARK.match(lines[number - 1]) if number else None
            end = lines.index("```", number + 1)
            content = tuple(lines[number + 1 : end])
            blocks.append(Block(fence[1], number + 2, content, mark[1] if mark else None))
            number = end
        number += 1
    return Document(path, text, tuple(blocks))


def documents() -> list[Document]:
    """Every document of the project."""
    return [read(path) for path in [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md"))]]


def main(directory: Path) -> None:
    for document in documents():
        program = document.program(whole=True)  # its first line is empty: a title stands there
        if program.strip():
            name = re.sub(r"\W", "_", document.name.removesuffix(".md"))
            (directory / f"{name}.py").write_text(f"# pyright: strict{program}", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
