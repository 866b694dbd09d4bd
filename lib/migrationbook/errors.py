"""The one exception a user may see as a single line."""

from __future__ import annotations


class BookError(Exception):
    """A mistake the user can mend: the message names the file, the value found and the way out.

    The command line prints it without a traceback and exits with status 1.
    """
