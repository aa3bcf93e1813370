"""Push decoders: bytes in, whatever the chunking; payloads, objects and lines out. No I/O.

Each decoder has ``feed(data)``, which gives back what the data completed, and ``close()``, which says that no
more will come.
"""
