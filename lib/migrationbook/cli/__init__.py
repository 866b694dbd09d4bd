"""The `migrationbook` command. Each subcommand imports only what it needs."""

from __future__ import annotations

import click

from migrationbook.cli import data, paper, press
from migrationbook.cli.group import Commands


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="migrationbook")
def main() -> None:
    """Build, check and re-execute the book on the US–Mexico migration agreement of June 2019."""


for command in (press.build, press.execute, press.run, press.sweep, press.rejudge, data.data, paper.pdf, paper.epub,
                press.test, press.lab, press.lock):
    main.add_command(command)
