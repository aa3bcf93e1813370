"""Images from one registry to another: no daemon takes part, and nothing is stored between."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from dockpy.errors import BadParameter, DockpyError, InvalidArgument, NotFound
from dockpy.registry.blobs import RegistryBlob
from dockpy.registry.cancel import Cancel
from dockpy.registry.gathering import Gathered
from dockpy.registry.manifest_calls import get_manifest, manifest_subject, put_manifest
from dockpy.registry.parallel import run_all
from dockpy.registry.progress import Reporter, TransferProgress
from dockpy.registry.references import read_reference
from dockpy.registry.referring import keep_referrers
from dockpy.registry.resolving import resolve
from dockpy.registry.uploads import upload_blob

if TYPE_CHECKING:
    from dockpy.reference import ImageReference
    from dockpy.registry.manifest import Manifest
    from dockpy.registry.progress import Progress
    from dockpy.registry.registry import Registry
    from dockpy.registry.repository import Repository
    from dockpy.wire.oci import OCIDescriptor

__all__ = ["copy_image"]


def copy_image(
    registry: Registry,
    ref: str,
    *,
    to: Registry,
    name: str | None = None,
    platform: str | None = None,
    referrers: bool = False,
    progress: Progress | None = None,
) -> Manifest:
    """Copy an image to another registry, or to another name; `Registry.copy` says what the arguments mean."""
    given = read_reference(registry.host, ref)
    repository, tag, digest = _target(to, name, given)
    source = registry.repository(given.repository)
    session = registry.session
    manifest = get_manifest(session, source.name, given.digest or given.tag or "")
    if platform is not None:
        manifest = resolve(session, source.name, manifest, platform).manifest
    if digest not in (None, manifest.digest):
        raise InvalidArgument(f"name={name!r}: what is copied has the digest {manifest.digest}")
    copy = _Copy(source, to.repository(repository), progress)
    return copy.run(manifest, tag or manifest.digest, referrers)


def _target(to: Registry, name: str | None, given: ImageReference) -> tuple[str, str | None, str | None]:
    """The repository, the tag that it gets, if any, and the digest that it is said to have."""
    if name is None:
        return given.repository, given.tag, None
    wanted = read_reference(to.host, name)
    if wanted.digest is not None:
        return wanted.repository, wanted.tag, wanted.digest
    tagged = ":" in name.rpartition("/")[2]
    return wanted.repository, wanted.tag if tagged else given.tag, None


class _Copy:
    """One image on its way."""

    def __init__(self, source: Repository, target: Repository, progress: Progress | None) -> None:
        self._source = source
        self._target = target
        self._report = Reporter(progress)
        self._cancel = Cancel()
        near = source.registry.host == target.registry.host
        self._same = near and source.name == target.name
        self._mount_from = source.name if near else None

    def run(self, manifest: Manifest, reference: str, referrers: bool) -> Manifest:
        """Copy all that belongs to a manifest, and the manifest last."""
        if not (self._same and self._is_all_there(manifest, reference)):
            gathered = Gathered(self._source, referrers=referrers)
            gathered.add(manifest)
            self._copy_blobs(gathered)
            for item in gathered.manifests.values():
                if item is not manifest:
                    self._put(item, item.digest)
            keep_referrers(self._target, gathered.referring)
            self._put(manifest, reference)
        copied = manifest_subject(self._target.registry.session, self._target.name, reference)
        return replace(manifest, reference=copied.removeprefix("image "))

    def _is_all_there(self, manifest: Manifest, reference: str) -> bool:
        """Whether the manifest was all that had to be put; a name may lead to two registries."""
        try:
            self._put(manifest, reference)
        except (BadParameter, NotFound):  # it names what is not there
            return False
        return True

    def _copy_blobs(self, gathered: Gathered) -> None:
        for item in gathered.skipped.values():
            self._report(TransferProgress("skipped", item.digest, 0, item.size, self._subject(item)))
        largest_first = sorted(gathered.blobs.values(), key=lambda item: item.size, reverse=True)
        run_all([partial(self._copy_blob, item) for item in largest_first], cancel=self._cancel)

    def _copy_blob(self, item: OCIDescriptor) -> None:
        source, target = self._source, self._target
        blob = RegistryBlob(source.registry.session, source.name, item, cancel=self._cancel)
        try:
            upload_blob(
                target.registry.session,
                target.name,
                blob,
                progress=self._report,
                cancel=self._cancel,
                mount_from=self._mount_from,
            )
        except DockpyError as error:
            error.subject = self._subject(item)
            raise

    def _put(self, manifest: Manifest, reference: str) -> None:
        session, name = self._target.registry.session, self._target.name
        put_manifest(session, name, reference, manifest.content, manifest.media_type)
        subject = manifest_subject(session, name, reference)
        self._report(TransferProgress("manifest", manifest.digest, manifest.size, manifest.size, subject))

    def _subject(self, item: OCIDescriptor) -> str:
        return f"blob {item.digest} from {self._source.reference} to {self._target.reference}"
