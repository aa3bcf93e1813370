"""From an archive into a registry."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from dockpy.errors import ArchiveError, InvalidArgument
from dockpy.reference import DEFAULT_REGISTRY, ImageReference
from dockpy.registry.archive.compressing import is_plain, packed, relisted
from dockpy.registry.archive.contents import is_foreign, select
from dockpy.registry.archive.image_archive import ImageArchive, contents_of
from dockpy.registry.archive.layout import INDEX_FILE, LAYOUT_FILE, LayoutContents
from dockpy.registry.archive.saved import MANIFEST_FILE, SavedContents
from dockpy.registry.archive.source import opened_files
from dockpy.registry.cancel import Cancel
from dockpy.registry.manifest_calls import manifest_subject, put_manifest
from dockpy.registry.parallel import run_all
from dockpy.registry.progress import Reporter, TransferProgress
from dockpy.registry.references import read_reference
from dockpy.registry.uploads import upload_blob

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dockpy.registry.archive.contents import ArchivedImage, Contents, Tree
    from dockpy.registry.archive.source import TarSource
    from dockpy.registry.blobs import BlobSource
    from dockpy.registry.manifest import Manifest
    from dockpy.registry.progress import Progress
    from dockpy.registry.session import RegistrySession
    from dockpy.wire.oci import OCIDescriptor

__all__ = ["opened_archive", "push_archive"]


def push_archive(
    session: RegistrySession,
    archive: TarSource | ImageArchive,
    ref: str | None = None,
    *,
    image: str | None = None,
    compress: bool | None = None,
    progress: Progress | None = None,
) -> list[Manifest]:
    """Push the images of an archive; `Registry.push` says what the arguments mean.

    Returns:
        The manifests, one for each name that was pushed.
    """
    with opened_archive(archive) as contents:
        chosen = select(contents.images, image)
        targets = _targets(session.host, chosen, ref)
        compress = contents.compress if compress is None else compress
        reporter = Reporter(progress)
        # All that is to be sent is looked for before anything is.
        pushes = [_Push(session, contents, reporter, compress, *target) for target in targets]
        return [manifest for push in pushes for manifest in push.run()]


@contextlib.contextmanager
def opened_archive(archive: TarSource | ImageArchive) -> Iterator[Contents]:
    """The images in an archive.

    Raises:
        InvalidArgument: it cannot be read.
        ArchiveError: it holds no images, or is damaged.
        DigestMismatch: a manifest or a config is not what its digest says.
    """
    if isinstance(archive, ImageArchive):
        yield contents_of(archive)
        return
    with opened_files(archive) as files:
        if files.has(LAYOUT_FILE) and files.has(INDEX_FILE):
            yield LayoutContents(files)
        elif files.has(MANIFEST_FILE):
            yield SavedContents(files)
        else:
            raise ArchiveError(
                "The archive holds no images",
                hint=f"It has neither {LAYOUT_FILE!r} with {INDEX_FILE!r}, nor {MANIFEST_FILE!r}.",
            )


def _targets(
    host: str, images: Sequence[ArchivedImage], ref: str | None
) -> list[tuple[ArchivedImage, str, list[str]]]:
    """Where each image goes: a repository, and the tags or the digest that it gets there."""
    there = "; ".join(map(str, images)) or "nothing"
    if ref is not None:
        target = read_reference(host, ref)
        if len(images) != 1:
            hint = "Choose one with image=, or leave ref out: then each goes by its own name."
            raise InvalidArgument(
                f"ref={ref!r}: the archive does not hold one image, but: {there}", hint=hint
            )
        # A tag counts beside a digest: what was pushed is called by it, and has to have that digest.
        return [(images[0], target.repository, [given for given in (target.tag, target.digest) if given])]
    targets: dict[tuple[int, str], list[str]] = {}
    for number, image in enumerate(images):
        for reference in image.references:
            repository = _repository(host, reference)
            targets.setdefault((number, repository), []).append(reference.tag or reference.digest or "")
    if len({number for number, _ in targets}) != len(images) or not images:
        raise InvalidArgument(f"ref is missing: the archive does not name all that it holds: {there}")
    return [(images[number], repository, tags) for (number, repository), tags in targets.items()]


def _repository(host: str, reference: ImageReference) -> str:
    """The repository of an image's own name: docker.io/library/app and other.example/app are both app."""
    repository = reference.repository
    if reference.registry == DEFAULT_REGISTRY:
        repository = repository.removeprefix("library/")  # which the hub itself puts there again
    return ImageReference(host, repository).repository


class _Push:
    """One image on its way into one repository.

    Raises:
        ArchiveError: something of it is missing in the archive.
        InvalidArgument: its name is the digest of another.
    """

    def __init__(
        self,
        session: RegistrySession,
        contents: Contents,
        reporter: Reporter,
        compress: bool,
        image: ArchivedImage,
        repository: str,
        references: Sequence[str],
    ) -> None:
        self._session = session
        self._contents = contents
        self._report = reporter
        self._tree = image.tree
        self._repository = repository
        self._references = references
        self._cancel = Cancel()
        self._packed: dict[str, tuple[str, int]] = {}
        largest_first = sorted(image.tree.blobs(), key=lambda item: item.size, reverse=True)
        self._skipped = [item for item in largest_first if is_foreign(item)]
        self._jobs = [self._job(item, compress) for item in largest_first if not is_foreign(item)]
        if not (compress and any(is_plain(item.media_type) for item in largest_first)):
            _check_digests(references, image.tree)

    def run(self) -> list[Manifest]:
        """Push its blobs, then its manifests, the one that names the others last."""
        for item in self._skipped:
            subject = f"blob {item.digest} of {self._session.host}/{self._repository}"
            self._report(TransferProgress("skipped", item.digest, 0, item.size, subject))
        run_all(self._jobs, cancel=self._cancel)
        tree = relisted(self._tree, self._packed)
        _check_digests(self._references, tree)
        for below in tree.walk():
            if below is not tree:
                self._put(below.manifest, below.manifest.digest)
        return [self._put(tree.manifest, reference) for reference in self._references]

    def _job(self, item: OCIDescriptor, compress: bool) -> Callable[[], None]:
        source = self._contents.blob(item, self._cancel)
        return partial(self._pack if compress and is_plain(item.media_type) else self._upload, source)

    def _pack(self, source: BlobSource) -> None:
        with packed(source, self._cancel) as layer:
            self._upload(layer)
        self._packed[source.digest] = layer.digest, layer.size

    def _upload(self, source: BlobSource) -> None:
        upload_blob(self._session, self._repository, source, progress=self._report, cancel=self._cancel)

    def _put(self, manifest: Manifest, reference: str) -> Manifest:
        put_manifest(self._session, self._repository, reference, manifest.content, manifest.media_type)
        subject = manifest_subject(self._session, self._repository, reference)
        self._report(TransferProgress("manifest", manifest.digest, manifest.size, manifest.size, subject))
        return replace(manifest, reference=subject.removeprefix("image "))


def _check_digests(references: Sequence[str], tree: Tree) -> None:
    for reference in references:
        if ":" in reference and reference != tree.manifest.digest:
            raise InvalidArgument(
                f"ref names {reference}: what is pushed has the digest {tree.manifest.digest}",
                hint="Give it a tag instead, or no name: its digest follows from what it holds.",
            )
