"""Every decoder and parser of dockpy as a function of bytes that raises nothing but typed errors.

`TARGETS` has them by name; the modules ``fuzzed_*`` say what each is.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import fuzzed_archives  # noqa: F401
import fuzzed_fake  # noqa: F401
import fuzzed_options  # noqa: F401
import fuzzed_records  # noqa: F401
import fuzzed_shell  # noqa: F401
import fuzzed_streams  # noqa: F401
from material import TARGETS, Target

__all__ = ["TARGETS", "Target"]
