"""The commands of a guide, taken from its text and executed: what a reader would type is what is tested."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from migrationbook import paths

BLOCK = re.compile(r"^```shell\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# These end with status 1 when there is something to say, as diff(1) does.
TELLING = re.compile(r"^(migrationbook (?:diff|status)\b.*)$", re.MULTILINE)


def commands(guide: Path) -> list[str]:
    """The blocks of a guide that a reader is to execute, those fenced as ``shell``, in order; others are only shown."""
    return BLOCK.findall(guide.read_text(encoding="utf-8"))


def copy_book(folder: Path) -> Path:
    """The book as committed or edited here, in ``folder`` and in a repository of its own; results known here spare executions."""
    apart = shutil.ignore_patterns(".git", ".venv", "_build", "*.egg-info", "__pycache__", ".*_cache", ".ipynb_checkpoints",
                                   ".hypothesis")
    shutil.copytree(paths.ROOT, folder, ignore=apart)
    for kept in ("results", "drawings"):
        if (paths.BUILD / kept).exists():
            shutil.copytree(paths.BUILD / kept, folder / "_build" / kept)
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "The book"]):
        subprocess.run(["git", *command], cwd=folder, env=environment(folder), check=True)
    return folder


def environment(folder: Path) -> dict[str, str]:
    """Variables of a user whose ``migrationbook`` and ``python`` are those of this environment with the library in ``folder``."""
    person = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER")
              for what, value in (("NAME", "A Reader"), ("EMAIL", "reader@example.org"))}
    return os.environ | person | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
                                  "PYTHONPATH": str(folder / "lib"), "OMP_NUM_THREADS": "1"}


def execute(blocks: list[str], folder: Path) -> str:
    """Execute blocks one after the other in one shell that starts in ``folder``; return what they printed.

    The first command that fails ends it, with an AssertionError that shows everything up to there.
    """
    script = "\n".join(TELLING.sub(r"\1 || test $? -eq 1", block) for block in blocks)
    done = subprocess.run(["bash", "-eu", "-o", "pipefail", "-x"], input=script, cwd=folder, env=environment(folder), text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    return done.stdout
