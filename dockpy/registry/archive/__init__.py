"""Archives of images: what ``docker save`` writes, OCI image layouts, and what pulling gives.

`source` opens whatever is given, `tarball` and `files` find what is in it, `layout` and `saved` the images;
`compressing` packs layers; `writing` and `image_archive` write.
"""

from __future__ import annotations

__all__: list[str] = []
