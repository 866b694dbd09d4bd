"""The `migrationbook` command. Each subcommand imports only what it needs."""

from __future__ import annotations

import click

from migrationbook.cli import analyst, audit, complete, data, paper, press, students, tidy
from migrationbook.cli.group import Commands


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]},
             epilog="Example:  migrationbook run enforcement -p model autoregressive")
@click.version_option(package_name="migrationbook")
def main() -> None:
    """Build, check and re-execute the book on the US–Mexico migration agreement of June 2019."""


for command in (
    press.build, press.execute, press.run, press.sweep, press.rejudge, data.data, paper.pdf, paper.epub,
    analyst.doctor, analyst.status, analyst.diff, analyst.export, analyst.replication,
    students.exercises, press.test, audit.audit, audit.linkcheck, tidy.tidy, press.lab, press.lock, complete.completion,
):
    main.add_command(command)
