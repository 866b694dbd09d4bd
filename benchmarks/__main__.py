"""Measure the press beside what a user would run instead, on copies of this book: `make bench`, or `python benchmarks`.

A full run takes about 40 minutes on two idle cores and writes results.md here. Nothing outside a temporary folder is built.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path

import click

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import report  # noqa: E402
from cases import CASES, Plan, Row  # noqa: E402
from measure import Failed  # noqa: E402
from ways import Cached, Executing, Ours  # noqa: E402


@click.command(help=__doc__)
@click.option("--quick", is_flag=True, help="Fewer ways, runs and repetitions, no growth: about 15 minutes.")
@click.option("--only", "chosen", multiple=True, type=click.Choice(list(CASES)),
              help="This case; repeatable. Writes no file, unless --output names one.")
@click.option("--runs", type=click.IntRange(2), help="Runs of the sweep. Default: 200, quick 20.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Default, with all cases: results.md here.")
def main(quick: bool, chosen: tuple[str, ...], runs: int | None, output: Path | None) -> None:
    started = time.monotonic()

    def say(text: str) -> None:
        click.echo(f"[{(time.monotonic() - started) / 60:4.1f} min] {text}")

    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    plan = Plan(folder, runs=runs or (20 if quick else 200), say=say)
    if quick:
        plan.ways, plan.repeats, plan.sample, plan.growth = (Ours, Executing, Cached), 2, 4, ()
    rows: list[Row] = []
    try:
        for name in chosen or CASES:
            say(f"{name}: {CASES[name].__doc__.splitlines()[0]}")
            for row in CASES[name](plan):
                rows.append(row)
                click.echo(f"{row.case:12}{report.line(row)}")
    except Failed as error:
        raise click.ClickException(f"{error}\n(the folder stays: {folder})") from None
    except KeyboardInterrupt:
        raise click.Abort from None
    shutil.rmtree(folder)
    click.echo("\n" + "\n".join(report.aims(rows)))
    output = output or (None if chosen else HERE / "results.md")
    if output:
        options = " ".join(["--quick"] * quick + [f"--only {name}" for name in chosen] + [f"--runs {runs}"] * bool(runs))
        how = f'make bench OPTIONS="{options}"' if options else "make bench"
        output.write_text(report.markdown(rows, how), encoding="utf-8")
        say(f"Written: {output}")


if __name__ == "__main__":
    main()
