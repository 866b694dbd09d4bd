"""Import this before nbformat or Altair and they take a second less.

Both import jsonschema, and that the checker of international web addresses (rfc3987_syntax, which JupyterLab brings along),
which compiles a grammar first. jsonschema does without it where it is not installed; nothing here checks such addresses.
"""

from __future__ import annotations

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # for this process: as if it were not installed
