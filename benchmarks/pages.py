"""Make the pages of a staged book and tell how long each step took: `python benchmarks/pages.py BOOK OUTPUT`.

Figures are drawn while their pages are written. Prints seconds of wall time by step as JSON on the last line.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path

started = time.perf_counter()

from migrationbook.press import pages  # noqa: E402

for name in pages.PRELOAD:
    importlib.import_module(name)

from sphinx.application import Sphinx  # noqa: E402

reached = {"start": started, "imports": time.perf_counter()}
make_application = Sphinx.__init__


def with_clock(self, *arguments, **options) -> None:
    make_application(self, *arguments, **options)
    for event, step in (("env-updated", "reading"), ("build-finished", "writing")):
        self.connect(event, lambda *_, step=step: reached.setdefault(step, time.perf_counter()) and None, -1)


Sphinx.__init__ = with_clock
status = pages.make(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
reached["end"] = time.perf_counter()
times = list(reached.items())
print("\n" + json.dumps({step: after - before for (_, before), (step, after) in zip(times, times[1:], strict=False)}))
sys.exit(status)
