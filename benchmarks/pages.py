"""Make the pages of a staged book and tell how long each step took: `python benchmarks/pages.py BOOK OUTPUT [alone]`.

``alone``: in one process, drawing each figure where it stands on its page, as Sphinx does without our help.
Prints seconds of wall time by step as JSON on the last line.
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

from migrationbook.sphinx import drawing  # noqa: E402
from sphinx.application import Sphinx  # noqa: E402

reached = {"start": started, "imports": time.perf_counter()}
make_application = Sphinx.__init__


def with_clock(self, *arguments, **options) -> None:
    make_application(self, *arguments, **options)
    for event, priority, step in (("env-updated", -1, "reading"), ("env-updated", 9999, "drawing"),
                                  ("build-finished", -1, "writing")):
        self.connect(event, lambda *_, step=step: reached.setdefault(step, time.perf_counter()) and None, priority)


Sphinx.__init__ = with_clock
if sys.argv[3:] == ["alone"]:
    drawing.ahead = pages.write_in_parallel = lambda *_: None
status = pages.make(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
reached["end"] = time.perf_counter()
times = list(reached.items())
print("\n" + json.dumps({step: after - before for (_, before), (step, after) in zip(times, times[1:], strict=False)}))
sys.exit(status)
