"""The `migrationbook` command. Each subcommand imports only what it needs."""

from __future__ import annotations

import click

from migrationbook.cli import analyst, audit, author, complete, data, paper, press, students, tidy
from migrationbook.cli.group import Commands


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
             epilog="Example:  migrationbook run enforcement -p model autoregressive")
@click.version_option(package_name="migrationbook")
def main() -> None:
    """Build, check and re-execute a book: the one whose folder you are in, else the one on the agreement of June 2019."""


for command in (
    press.build, press.execute, press.run, press.sweep, press.rejudge, data.data, paper.pdf, paper.epub,
    analyst.doctor, analyst.status, analyst.diff, analyst.export, analyst.replication,
    author.new, author.rename, author.remove,
    students.exercises, press.test, audit.audit, audit.linkcheck, tidy.tidy, press.lab, press.lock, complete.completion,
):
    main.add_command(command)
