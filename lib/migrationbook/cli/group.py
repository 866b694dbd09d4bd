"""How every group of commands answers a mistake."""

from __future__ import annotations

import click

from migrationbook.errors import BookError


class Commands(click.Group):
    """A group whose users see mistakes as one line, never as a traceback."""

    def invoke(self, context: click.Context):
        try:
            return super().invoke(context)
        except BookError as error:
            raise click.ClickException(str(error)) from None
