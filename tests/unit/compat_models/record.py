"""Writes down what docker-py asks of a daemon for each of `compat_calls`, and what it gives back.

python tests/unit/compat_models/record.py        with docker 7.2.0 installed
"""

from __future__ import annotations

import json

from compat_calls import CALLS
from compat_talk import RECORDED, talk

if __name__ == "__main__":
    import docker

    found = {call.__name__: talk(docker, call) for call in CALLS}
    RECORDED.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
