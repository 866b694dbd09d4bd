"""``python -m migrationbook.cli``, where the command is not on the path."""

from migrationbook.cli import main

main()
