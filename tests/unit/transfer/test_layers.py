"""Layers that are left out of an image's archive: which ones, and that all else stays as it is."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.errors import InvalidResponse, TruncatedResponse
from dockpy.transfer.layers import without_layers

# A folder as Docker 20.10 wrote it for the lowest layer of an image.
LAYER = "sha256:fe503d81e8dba56621e06445165636ef8c14a2cc9a7669464d048b032a886397"
FOLDER = "a958016a62ba1d113718e78771bc061a4565cd2c27262b7c79b2efc82b8999db"
DESCRIPTION = (
    '{"id":"a958016a62ba1d113718e78771bc061a4565cd2c27262b7c79b2efc82b8999db","created":"1970-01-01T00:00:00Z",'
    '"container_config":{"Hostname":"","Domainname":"","User":"","AttachStdin":false,"AttachStdout":false,'
    '"AttachStderr":false,"Tty":false,"OpenStdin":false,"StdinOnce":false,"Env":null,"Cmd":null,"Image":"",'
    '"Volumes":null,"WorkingDir":"","Entrypoint":null,"OnBuild":null,"Labels":null},"os":"linux"}'
)
# The uppermost one of the same image: its description has all that the image has.
TOP = "sha256:1e1cb82826b47bab11590b8aff0a152e3194cc8ddb6c4c2894343d5c46844f4b"
TOP_FOLDER = "aa0d560c7834130b52e994e09283a01a063ab7bbabe5915e261762b102a92ce1"
_CONFIG = (
    '"Hostname":"bfe80df7c145","Domainname":"","User":"","AttachStdin":false,"AttachStdout":false,'
    '"AttachStderr":false,"Tty":false,"OpenStdin":false,"StdinOnce":false,"Env":null,"Cmd":["true"],'
    '"Image":"busybox","Volumes":null,"WorkingDir":"","Entrypoint":null,"OnBuild":null,"Labels":{}'
)
TOP_DESCRIPTION = (
    '{"id":"aa0d560c7834130b52e994e09283a01a063ab7bbabe5915e261762b102a92ce1",'
    '"parent":"a958016a62ba1d113718e78771bc061a4565cd2c27262b7c79b2efc82b8999db",'
    '"created":"2026-11-28T10:54:11.292824783Z",'
    '"container":"bfe80df7c14551c4fec2e5ebbb84ca4321c36ead74b76deba579bff583f895d5",'
    f'"container_config":{{{_CONFIG}}},"docker_version":"20.10.24+dfsg1",'
    f'"config":{{{_CONFIG}}},"architecture":"amd64","os":"linux"}}'
)

Files = list[tuple[str, bytes]]


def archive(files: Files) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def members(data: bytes) -> Files:
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return [(info.name, tar.extractfile(info).read()) for info in tar]  # type: ignore[union-attr]


def cut(data: bytes, layers: list[str], held: int, size: int = 10240) -> Files:
    pieces = (data[start : start + size] for start in range(0, len(data), size))
    return members(b"".join(without_layers(pieces, layers, held)))


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def legacy() -> Files:
    return [
        (f"{FOLDER}/VERSION", b"1.0"),
        (f"{FOLDER}/json", DESCRIPTION.encode()),
        (f"{FOLDER}/layer.tar", b"lowest" * 1000),
        (f"{TOP_FOLDER}/VERSION", b"1.0"),
        (f"{TOP_FOLDER}/json", TOP_DESCRIPTION.encode()),
        (f"{TOP_FOLDER}/layer.tar", b"uppermost"),
        ("manifest.json", b"[]"),
    ]


@pytest.mark.parametrize(("held", "left"), [(0, 7), (1, 6), (2, 5)])
@pytest.mark.parametrize("size", [1, 511, 513, 100_000])
def test_folders_of_docker_20(held: int, left: int, size: int) -> None:
    found = cut(archive(legacy()), [LAYER, TOP], held, size)
    dropped = [f"{FOLDER}/layer.tar", f"{TOP_FOLDER}/layer.tar"][:held]
    assert found == [(name, data) for name, data in legacy() if name not in dropped]
    assert len(found) == left


@pytest.mark.parametrize(
    "description",
    [
        DESCRIPTION.replace("1970", "1971"),
        DESCRIPTION.replace('"id"', '"ID"'),
        "[]",
        "7",
        "no JSON",
        "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    ],
)
def test_a_folder_that_may_be_another_layers_stays(description: str) -> None:
    files = [(f"{FOLDER}/json", description.encode("latin-1")), (f"{FOLDER}/layer.tar", b"data")]
    assert cut(archive(files), [LAYER, TOP], 2) == files


def test_a_layer_that_is_needed_once_more_above_stays() -> None:
    assert cut(archive(legacy()), [LAYER, TOP, LAYER], 2)[2][0] == f"{FOLDER}/layer.tar"


@given(
    st.lists(st.binary(max_size=2000), min_size=1, max_size=6),
    st.integers(0, 6),
    st.integers(1, 3000),
)
def test_blobs_of_newer_engines(contents: list[bytes], held: int, size: int) -> None:
    layers = [digest(data) for data in contents]
    held = min(held, len(layers))
    blobs = {f"blobs/sha256/{digest(data)[7:]}": data for data in contents}
    files = [*sorted(blobs.items()), ("manifest.json", json.dumps(layers).encode()), ("oci-layout", b"{}")]
    needed = {f"blobs/sha256/{layer[7:]}" for layer in layers[held:]}
    spare = {f"blobs/sha256/{layer[7:]}" for layer in layers[:held]} - needed
    assert cut(archive(files), layers, held, size) == [each for each in files if each[0] not in spare]


@given(st.integers(0, 9000))
def test_one_that_breaks_off_is_no_whole_one(length: int) -> None:
    data = archive(legacy())
    end = data.rindex(b"[]") + 512  # where the entries have ended, and the archive's end has not been said
    with pytest.raises(TruncatedResponse):
        list(without_layers([data[: min(length, end - end % 512)]], [LAYER, TOP], 1))


@given(st.binary(min_size=1024, max_size=3000).filter(lambda data: any(data[:512])))
def test_what_is_no_archive(data: bytes) -> None:
    with pytest.raises(InvalidResponse):
        list(without_layers([data], [LAYER], 1))
