"""Records what docker-py 7.2.0 does: ``python tests/unit/compat/record.py`` where it is installed.

`test_recorded` holds dockpy.compat against it.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import warnings
from pathlib import Path

from low_calls import CALLS, VALUES, evaluate, prepare
from low_engine import serving
from low_signatures import LOW, of_module

HERE = Path(__file__).parent
LIBRARY = "docker"


def main() -> None:
    """Write `recorded.json`."""
    import docker

    assert docker.__version__ == "7.2.0", docker.__version__
    warnings.simplefilter("ignore")
    # A pause, for docker-py loses what comes with the head of a connection that it is given.
    with tempfile.TemporaryDirectory() as folder, serving(pause=0.1) as engine:
        prepare(Path(folder))
        os.chdir(folder)
        os.environ["HOME"] = folder
        recorded = {
            "calls": [[*call, evaluate(LIBRARY, engine, *call)] for call in CALLS],
            "values": [[value, evaluate(LIBRARY, engine, "1.44", "plain", value)] for value in VALUES],
            "signatures": {path: of_module(LIBRARY, path) for path in LOW},
        }
        text = json.dumps(recorded, indent=1, sort_keys=True).replace(os.path.realpath(folder), "FOLDER")
        (HERE / "recorded.json").write_text(text.replace(folder, "FOLDER") + "\n")


if __name__ == "__main__":
    sys.exit(main())
