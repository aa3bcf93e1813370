"""Reading Dockerfiles, and what in them needs BuildKit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.build.dockerfile import parse_dockerfile


def instructions(text: str) -> list[tuple[int, str, dict[str, str], str]]:
    parsed = parse_dockerfile(text).instructions
    return [(one.line, one.keyword, dict(one.flags), one.arguments) for one in parsed]


def test_instructions() -> None:
    text = (
        "# syntax=docker/dockerfile:1\n"
        "\n"
        "from --platform=linux/amd64 busybox as base\r\n"
        "# a comment\n"
        "RUN echo a \\\n"
        "  # within\n"
        "\n"
        "  && echo b\n"
        "COPY --from=base --chown=1:1 a b /c/\n"
        'CMD ["a", "--b"]\n'
        "   \t ENV\tA=b"
    )
    assert instructions(text) == [
        (3, "FROM", {"platform": "linux/amd64"}, "busybox as base"),
        (5, "RUN", {}, "echo a   && echo b"),
        (9, "COPY", {"from": "base", "chown": "1:1"}, "a b /c/"),
        (10, "CMD", {}, '["a", "--b"]'),
        (11, "ENV", {}, "A=b"),
    ]


def test_directives() -> None:
    parsed = parse_dockerfile("# Syntax = a/b \n#escape=`\n# check=skip=all\n# escape=\\\nRUN a `\nb")
    assert parsed.directives == {"syntax": "a/b", "escape": "`", "check": "skip=all"}
    assert [one.text for one in parsed.instructions] == ["RUN a b"]
    assert parse_dockerfile("# words\n# syntax=a/b\n").directives == {}
    assert parse_dockerfile("\n# syntax=a/b\n").directives == {}
    assert parse_dockerfile("\ufeff# syntax=a/b\n").directives == {"syntax": "a/b"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RUN a\\\\\nENV b", ["RUN a\\\\", "ENV b"]),  # written out: it does not continue
        ("RUN a \\ \t\nb", ["RUN a b"]),
        ("RUN a \\", ["RUN a"]),
        ("\\\nRUN a", ["RUN a"]),
        ("", []),
    ],
)
def test_continuation(text: str, expected: list[str]) -> None:
    assert [one.text for one in parse_dockerfile(text).instructions] == expected


def test_heredocs_swallow_their_lines() -> None:
    text = 'FROM a\nRUN <<A <<-"B" cat\nLABEL x=y\nA\nRUN --mount=x\n\tB\nCOPY <<C /c\nENV\n'
    parsed = parse_dockerfile(text)
    assert [(one.line, one.keyword, one.heredocs) for one in parsed.instructions] == [
        (1, "FROM", ()),
        (2, "RUN", ("A", "B")),
        (7, "COPY", ("C",)),
    ]
    assert [need.line for need in parsed.needs()] == [2, 7]


@pytest.mark.parametrize(
    ("instruction", "reason"),
    [
        ("RUN --mount=type=cache,target=/x true", "RUN --mount"),
        ("run --network=none true", "RUN --network"),
        ("RUN --security=insecure true", "RUN --security"),
        ("RUN <<EOF\ntrue\nEOF", "RUN with a here-document"),
        ("RUN cat 3<<EOF\nEOF", "RUN with a here-document"),
        ("ONBUILD RUN <<EOF\nEOF", "ONBUILD with a here-document"),
        ("COPY <<EOF /x\nEOF", "COPY with a here-document"),
        ("COPY --chown=1 --link a /", "COPY --link"),
        ("COPY --chmod=600 a /", "COPY --chmod"),
        ("COPY --parents a /", "COPY --parents"),
        ("COPY --exclude=b a /", "COPY --exclude"),
        ("ADD --checksum=sha256:0 http://a/b /", "ADD --checksum"),
        ("ADD --keep-git-dir=true a /", "ADD --keep-git-dir"),
        ("ADD https://example.org/a.git#main:sub /", "ADD of a git repository"),
        ("ADD git@example.org:a.git /", "ADD of a git repository"),
        ("ARG TARGETARCH", "ARG TARGETARCH"),
        ("ARG A=1 BUILDPLATFORM", "ARG BUILDPLATFORM"),
        ("FROM --platform=$BUILDPLATFORM busybox", "$BUILDPLATFORM in FROM"),
        ("FROM busybox-${TARGETARCH}", "$TARGETARCH in FROM"),
    ],
)
def test_needs(instruction: str, reason: str) -> None:
    (need,) = parse_dockerfile(f"FROM busybox\n\n{instruction}\nRUN true\n").needs()
    assert (need.line, need.reason) == (3, reason)
    assert need.text == instruction.split("\n")[0]


@pytest.mark.parametrize(
    "instruction",
    [
        "RUN echo $((1<<2))",
        "RUN cat <<<word",
        'RUN echo "<<EOF"',
        "RUN echo '<<EOF x'",
        'RUN ["cat", "<<EOF"]',
        'RUN ["--mount=type=cache"]',
        "RUN echo --mount=type=cache",
        "CMD cat <<EOF",
        "ENV A=<<EOF",
        "COPY --from=busybox --chown=1:1 a b",
        "COPY x.git y",
        "ADD https://example.org/a.tar.gz /",
        "ARG TARGETARCH=amd64",
        "ARG MY_TARGETARCH",
        "FROM --platform=linux/amd64 busybox",
        "ONBUILD RUN --mount=type=cache true",  # is kept as it is, and not run
        "HEALTHCHECK --start-interval=1s CMD true",
        "# RUN --mount=x",
    ],
)
def test_needs_nothing(instruction: str) -> None:
    assert list(parse_dockerfile(f"FROM busybox\n{instruction}\nRUN true\n").needs()) == []


def test_arguments_that_are_given() -> None:
    text = (
        "ARG TARGETOS=linux\nARG BUILDARCH\nFROM --platform=$TARGETOS/$BUILDARCH a\nARG TARGETOS\nARG BUILDOS"
    )
    parsed = parse_dockerfile(text)
    assert [need.line for need in parsed.needs()] == [2, 3, 5]
    assert [need.line for need in parsed.needs({"BUILDARCH": "amd64", "BUILDOS": "linux"})] == []


@pytest.mark.parametrize(
    ("syntax", "needed"),
    [
        ("docker/dockerfile:1", False),
        ("docker.io/docker/dockerfile:1.7", False),
        ("docker/dockerfile", False),
        (f"docker/dockerfile:1@sha256:{'0' * 64}", False),
        ("docker/dockerfile:1-labs", True),
        ("docker/dockerfile-upstream:master", True),
        ("foo/bar", True),
    ],
)
def test_syntax(syntax: str, needed: bool) -> None:
    needs = list(parse_dockerfile(f"#syntax={syntax}\nFROM a\n").needs())
    assert [(need.line, need.reason) for need in needs] == [(1, "another Dockerfile syntax")] * needed


def test_images() -> None:
    text = (
        "ARG BASE=registry:5000/base\nARG TAG=${BASE##x}\nARG V\n"
        "FROM ${BASE}:1 AS One\nARG V=inner\nFROM one AS two\nCOPY --from=ONE a b\nCOPY --from=0 a b\n"
        "COPY --from=other:2 a b\nFROM scratch\nFROM img:${V:-3}${V:+x}\nFROM img:$NOBODY_KNOWS\n"
    )
    parsed = parse_dockerfile(text)
    assert parsed.images() == ["registry:5000/base:1", "other:2", "img:3"]
    assert parsed.images({"BASE": "mine", "V": "4"}) == ["mine:1", "other:2", "img:4x"]


@given(st.text(st.sampled_from("RUNCOPYFMAD ab-=<>\\`'\"\n\r\t#$[]{}:/1é"), max_size=60))
def test_reads_anything(text: str) -> None:
    parsed = parse_dockerfile(text)
    lines = [one.line for one in parsed.instructions]
    assert lines == sorted(set(lines))
    assert all(1 <= line <= text.count("\n") + 1 for line in lines)
    assert all(one.keyword == one.keyword.upper() and one.keyword for one in parsed.instructions)
    list(parsed.needs())
    parsed.images()


WORDS = st.text(st.sampled_from("abc=./"), min_size=1, max_size=5)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["RUN", "ENV", "COPY", "CMD"]),
            st.lists(WORDS, min_size=1, max_size=3),
            st.booleans(),
        ),
        max_size=5,
    )
)
def test_what_was_written_is_read(written: list[tuple[str, list[str], bool]]) -> None:
    text = "".join(
        f"{keyword} {(' ' + chr(92) + chr(10) + '  ' if broken else ' ').join(words)}\n# between\n"
        for keyword, words, broken in written
    )
    read = [(one.keyword, one.arguments.split()) for one in parse_dockerfile(text).instructions]
    assert read == [(keyword, words) for keyword, words, _ in written]
