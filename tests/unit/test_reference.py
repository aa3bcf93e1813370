"""Image references: the grammar of Docker's own parser."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.errors import InvalidArgument, InvalidReference
from dockpy.reference import ImageReference, is_image_id

HEX = "0123456789abcdef" * 4
SHA256 = f"sha256:{HEX}"
SHA384 = f"sha384:{HEX}{HEX[:32]}"
SHA512 = f"sha512:{HEX}{HEX}"

# text, registry, repository, tag, digest, familiar
ACCEPTED = [
    ("ubuntu", "docker.io", "library/ubuntu", "latest", None, "ubuntu:latest"),
    ("ubuntu:24.04", "docker.io", "library/ubuntu", "24.04", None, "ubuntu:24.04"),
    (f"ubuntu@{SHA256}", "docker.io", "library/ubuntu", None, SHA256, f"ubuntu@{SHA256}"),
    (f"ubuntu:1@{SHA256}", "docker.io", "library/ubuntu", "1", SHA256, f"ubuntu:1@{SHA256}"),
    (f"ubuntu@{SHA384}", "docker.io", "library/ubuntu", None, SHA384, f"ubuntu@{SHA384}"),
    (f"ubuntu@{SHA512}", "docker.io", "library/ubuntu", None, SHA512, f"ubuntu@{SHA512}"),
    (
        "a@x+y.z1:" + "F0" * 16,
        "docker.io",
        "library/a",
        None,
        "x+y.z1:" + "F0" * 16,
        "a@x+y.z1:" + "F0" * 16,
    ),
    ("library/ubuntu", "docker.io", "library/ubuntu", "latest", None, "ubuntu:latest"),
    ("docker.io/ubuntu", "docker.io", "library/ubuntu", "latest", None, "ubuntu:latest"),
    ("index.docker.io/ubuntu", "docker.io", "library/ubuntu", "latest", None, "ubuntu:latest"),
    ("index.docker.io/org/app", "docker.io", "org/app", "latest", None, "org/app:latest"),
    ("docker.io", "docker.io", "library/docker.io", "latest", None, "docker.io:latest"),
    ("localhost", "docker.io", "library/localhost", "latest", None, "localhost:latest"),
    ("localhost:5000", "docker.io", "library/localhost", "5000", None, "localhost:5000"),
    ("localhost/app", "localhost", "app", "latest", None, "localhost/app:latest"),
    ("localhost:5000/app", "localhost:5000", "app", "latest", None, "localhost:5000/app:latest"),
    ("127.0.0.1:5051/x/y:1", "127.0.0.1:5051", "x/y", "1", None, "127.0.0.1:5051/x/y:1"),
    ("[::1]:5000/app", "[::1]:5000", "app", "latest", None, "[::1]:5000/app:latest"),
    ("[fd00:1:2::3]/app:1", "[fd00:1:2::3]", "app", "1", None, "[fd00:1:2::3]/app:1"),
    ("ghcr.io/org/team/app", "ghcr.io", "org/team/app", "latest", None, "ghcr.io/org/team/app:latest"),
    ("Foo/bar", "Foo", "bar", "latest", None, "Foo/bar:latest"),
    ("foo/bar", "docker.io", "foo/bar", "latest", None, "foo/bar:latest"),
    ("a.b/c", "a.b", "c", "latest", None, "a.b/c:latest"),
    ("a.b:99999/c", "a.b:99999", "c", "latest", None, "a.b:99999/c:latest"),
    ("library/a/b", "docker.io", "library/a/b", "latest", None, "library/a/b:latest"),
    (
        "docker.io/localhost/app",
        "docker.io",
        "localhost/app",
        "latest",
        None,
        "docker.io/localhost/app:latest",
    ),
    ("docker.io/a.b/app", "docker.io", "a.b/app", "latest", None, "docker.io/a.b/app:latest"),
    (
        "docker.io/docker.io/x",
        "docker.io",
        "docker.io/x",
        "latest",
        None,
        "docker.io/docker.io/x:latest",
    ),
    ("a_b", "docker.io", "library/a_b", "latest", None, "a_b:latest"),
    ("a__b", "docker.io", "library/a__b", "latest", None, "a__b:latest"),
    ("a.b-c", "docker.io", "library/a.b-c", "latest", None, "a.b-c:latest"),
    ("a---b", "docker.io", "library/a---b", "latest", None, "a---b:latest"),
    ("0", "docker.io", "library/0", "latest", None, "0:latest"),
    ("a:_Tag.1-x", "docker.io", "library/a", "_Tag.1-x", None, "a:_Tag.1-x"),
    ("a:" + "t" * 128, "docker.io", "library/a", "t" * 128, None, "a:" + "t" * 128),
    (HEX[:63], "docker.io", f"library/{HEX[:63]}", "latest", None, f"{HEX[:63]}:latest"),
    (f"{HEX}:1", "docker.io", f"library/{HEX}", "1", None, f"{HEX}:1"),
    (f"x/{HEX}", "docker.io", f"x/{HEX}", "latest", None, f"x/{HEX}:latest"),
    ("a" * 247, "docker.io", "library/" + "a" * 247, "latest", None, "a" * 247 + ":latest"),
    ("r.io/" + "a" * 255, "r.io", "a" * 255, "latest", None, "r.io/" + "a" * 255 + ":latest"),
]

# text, what the message says
REFUSED = [
    ("", "cannot be empty"),
    (" ubuntu", r"whitespace \(' '\) at position 0"),
    ("ubuntu\n", r"whitespace \('\\n'\) at position 6"),
    ("ubu\x00ntu", r"control character \('\\x00'\) at position 3"),
    ("ubu\x1bntu", "control character"),
    ("https://ghcr.io/org/app", "no scheme"),
    (HEX, "image's ID, not a name"),
    ("Ubuntu", "'Ubuntu' has upper-case letters"),
    ("org/App", "'App' has upper-case letters"),
    ("ghcr.io/Org/app", "'Org' has upper-case letters"),
    (":1", "the name is missing"),
    ("/", "empty"),
    ("/app", "empty"),
    ("org/", "empty"),
    ("org//app", "empty"),
    ("docker.io/", "the name is missing"),
    ("_a", "'_a' is not valid"),
    ("a-", "'a-' is not valid"),
    ("a___b", "'a___b' is not valid"),
    ("a..b", "'a..b' is not valid"),
    ("a._b", "'a._b' is not valid"),
    ("a/b%c", "'b%c' is not valid"),
    ("é", "'é' is not valid"),
    ("É/a", "'É' is not a registry"),
    ("a?b", "not valid"),
    ("../a", "'..' is not a registry"),
    ("a/../b", "'..' is not valid"),
    ("a_b.c:1/d", "'a_b.c:1' is not a registry"),
    ("-a.b/c", "'-a.b' is not a registry"),
    ("a-.b/c", "'a-.b' is not a registry"),
    ("a.b:/c", "'a.b:' is not a registry"),
    ("a.b:x/c", "'a.b:x' is not a registry"),
    ("[fe80::1%eth0]/x", "not a registry"),
    ("[::1]", "not valid"),
    ("::1/x", "not a registry"),
    ("a:", "no tag after ':'"),
    ("a:b:c", "'a:b' is not valid"),
    ("a:-x", "the tag '-x' is not valid"),
    ("a:.x", "the tag '.x' is not valid"),
    ("a:ü", "the tag 'ü' is not valid"),
    ("a:" + "t" * 129, "the tag has 129 characters, at most 128"),
    ("a@", "names no algorithm"),
    ("a@sha256", "not valid"),
    ("a@:" + HEX, "names no algorithm"),
    ("a@SHA256:" + HEX, "names no algorithm"),
    ("a@sha256:" + HEX[:63], "not valid"),
    ("a@sha256:" + HEX + "0", "not valid"),
    ("a@sha256:" + HEX.upper(), "not valid"),
    ("a@sha384:" + HEX, "not valid"),
    ("a@sha512:" + HEX, "not valid"),
    ("a@md5:" + HEX[:31], "not valid"),
    (f"a@{SHA256}:tag", "not valid"),
    (f"a@{SHA256}@{SHA256}", "not valid"),
    ("a" * 248, "has 256 characters, at most 255"),
    ("r.io/" + "a" * 256, "has 256 characters, at most 255"),
]


@pytest.mark.parametrize(("text", "registry", "repository", "tag", "digest", "familiar"), ACCEPTED)
def test_the_parts_of_a_reference(
    text: str, registry: str, repository: str, tag: str | None, digest: str | None, familiar: str
) -> None:
    ref = ImageReference.parse(text)
    assert (ref.registry, ref.repository, ref.tag, ref.digest) == (registry, repository, tag, digest)
    assert ref.familiar == str(ref) == familiar
    assert ref.name == f"{registry}/{repository}"
    assert ref.canonical == ref.name + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")
    assert ImageReference.parse(ref.familiar) == ImageReference.parse(ref.canonical) == ref


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_every_way_of_being_wrong_is_named(text: str, message: str) -> None:
    with pytest.raises(InvalidReference, match=message) as caught:
        ImageReference.parse(text)
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, InvalidArgument)
    assert "[image reference " in str(caught.value)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_the_message_names_the_whole_reference_and_the_accepted_form() -> None:
    with pytest.raises(InvalidReference) as caught:
        ImageReference.parse("ghcr.io//app")
    assert str(caught.value) == (
        "a part of the name between two '/' is empty [image reference 'ghcr.io//app']\n"
        "A reference is written [registry[:port]/]name[:tag][@digest], "
        "such as ubuntu:24.04 or ghcr.io/org/app:1.2."
    )


def test_a_very_long_text_is_cut_in_the_message() -> None:
    with pytest.raises(InvalidReference) as caught:
        ImageReference.parse("a" * 100_000)
    assert len(str(caught.value)) < 400


def test_familiar_name() -> None:
    assert ImageReference.parse("ubuntu:1").familiar_name == "ubuntu"
    assert ImageReference.parse("localhost:5000/a/b:1").familiar_name == "localhost:5000/a/b"


def test_with_tag_and_with_digest_change_one_part() -> None:
    ref = ImageReference.parse("ghcr.io/org/app:1")
    assert str(ref.with_tag("2")) == "ghcr.io/org/app:2"
    assert str(ref.with_digest(SHA256)) == f"ghcr.io/org/app:1@{SHA256}"
    assert str(ref.with_digest(SHA256).with_tag(None)) == f"ghcr.io/org/app@{SHA256}"
    assert str(ref.with_digest(SHA256).with_tag("2").with_digest(None)) == "ghcr.io/org/app:2"
    assert ref.with_tag(None).tag == "latest"
    with pytest.raises(InvalidReference, match="no tag"):
        ref.with_tag("")
    with pytest.raises(InvalidReference, match="not valid"):
        ref.with_digest("sha256:1234")


def test_one_made_of_parts_obeys_the_same_rules() -> None:
    assert ImageReference("docker.io", "ubuntu") == ImageReference.parse("ubuntu")
    assert ImageReference("index.docker.io", "org/app", "1") == ImageReference.parse("org/app:1")
    with pytest.raises(InvalidReference, match="'org' is not a registry"):
        ImageReference("org", "app")
    with pytest.raises(InvalidReference, match="missing"):
        ImageReference("ghcr.io", "")
    with pytest.raises(InvalidReference, match="upper-case"):
        ImageReference("ghcr.io", "App")


def test_it_is_a_value() -> None:
    ref = ImageReference.parse("ubuntu")
    assert len({ref, ImageReference.parse("docker.io/library/ubuntu:latest")}) == 1
    assert pickle.loads(pickle.dumps(ref)) == ref
    with pytest.raises(AttributeError):
        ref.tag = "2"  # type: ignore[misc]


@pytest.mark.parametrize("text", [HEX, HEX[:12], f"sha256:{HEX}", f"sha256:{HEX[:12]}"])
def test_image_ids(text: str) -> None:
    assert is_image_id(text)


@pytest.mark.parametrize(
    "text", ["", HEX[:11], HEX + "0", HEX.upper(), "ubuntu", "sha256:", f"sha512:{HEX}", HEX + "\n"]
)
def test_what_is_no_image_id(text: str) -> None:
    assert not is_image_id(text)


_component = st.from_regex(r"[a-z0-9]{1,8}(?:(?:[._]|__|-{1,3})[a-z0-9]{1,8}){0,2}", fullmatch=True)
_label = st.from_regex(r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,6}[a-zA-Z0-9])?", fullmatch=True)
_port = st.one_of(st.just(""), st.from_regex(r":[0-9]{1,5}", fullmatch=True))
_host = st.one_of(
    st.sampled_from(["localhost", "docker.io", "index.docker.io", "[::1]", "10.0.0.1"]),
    st.lists(_label, min_size=2, max_size=3).map(".".join),
)
_registry = st.tuples(_host, _port).map("".join)
_first = st.one_of(_component, st.sampled_from(["library", "localhost", "docker.io", "a.b"]))
_repository = st.tuples(_first, st.lists(_component, max_size=2)).map(lambda p: "/".join([p[0], *p[1]]))
_tag = st.one_of(st.none(), st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}", fullmatch=True))
_digest = st.one_of(st.none(), st.just(SHA256), st.just(SHA512))


@given(_registry, _repository, _tag, _digest)
def test_what_is_written_reads_back(
    registry: str, repository: str, tag: str | None, digest: str | None
) -> None:
    ref = ImageReference(registry, repository, tag, digest)
    assert ImageReference.parse(ref.familiar) == ref
    assert ImageReference.parse(ref.canonical) == ref
    assert len(ref.familiar) <= len(ref.canonical)


_pieces = st.lists(
    st.one_of(
        st.sampled_from(
            ["/", ":", "@", ".", "..", "-", "_", "[", "]", "%", "\n", "sha256:", "localhost", HEX]
        ),
        st.text(max_size=4),
        st.text("abAB09", max_size=4),
    ),
    max_size=8,
).map("".join)


@given(st.one_of(st.text(), _pieces))
def test_any_text_parses_or_is_refused(text: str) -> None:
    try:
        ref = ImageReference.parse(text)
    except InvalidReference:
        return
    assert ImageReference.parse(ref.familiar) == ImageReference.parse(ref.canonical) == ref
