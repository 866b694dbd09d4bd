"""What is measured. Each case yields rows as it goes; what is compared is run in turn, so that a busy moment hits all alike."""

from __future__ import annotations

import json
import shutil
import statistics
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from book import ROOT, Book
from measure import LOG, Taken, run
from ways import ALL, FLOOR, Executing, Ours, Way, cells_alone

HERE = Path(__file__).parent
CODE_OF = TEXT_OF = "opinion"  # the chapter that is edited
TABLE, COLUMN = "perceived_insecurity", "unsafe"  # two chapters read it
SMALL = "asylum"  # the chapter of sweeps and copies
PARAMETER, FIRST = "judges", 300  # a sweep goes through whole numbers from FIRST on
GROWTH = (5, 10, 20, 40)
TIMES = json.loads((ROOT / "chapters" / "run_times.json").read_text(encoding="utf-8"))["seconds"]
LOOP = """
import sys
import papermill
for value in map(int, sys.argv[4:]):
    papermill.execute_notebook(sys.argv[1], f"{sys.argv[2]}/{value}.ipynb", {sys.argv[3]: value}, kernel_name="python3",
                               progress_bar=False)
"""
# As `migrationbook sweep` does, with the number of kernels given.
OURS = """
import sys
from pathlib import Path
from migrationbook.press import warm
from migrationbook.press.execute import Job, Store, execute_jobs
notebook, folder = Path(sys.argv[1]), Path(sys.argv[2])
jobs = [Job(notebook, folder / f"{value}.ipynb", {sys.argv[3]: int(value)}) for value in sys.argv[5:]]
results = execute_jobs(jobs, Store(folder / "results"), workers=int(sys.argv[4]))
problems = [result.problem for result in results if result.problem]
warm.stop()
sys.exit("\\n".join(problems) or 0)
"""


@dataclass
class Row:
    """One way in one case. seconds: of each repetition; cpu: of processors (s); peak: memory (bytes)."""

    case: str
    way: str
    seconds: list[float]
    cpu: float
    peak: int
    note: str = ""

    @property
    def typical(self) -> float:
        return statistics.median(self.seconds)


@dataclass
class Plan:
    """How much to measure."""

    folder: Path
    ways: tuple[type[Way], ...] = ALL
    repeats: int = 3
    runs: int = 200
    sample: int = 10
    growth: tuple[int, ...] = GROWTH
    measured_growth: tuple[int, ...] = (5, 10)
    say: Callable[[str], None] = print
    made: dict[type[Way], Way] = field(default_factory=dict)

    def way(self, kind: type[Way]) -> Way:
        if kind not in self.made:
            self.made[kind] = kind(Book(self.folder / kind.__name__.lower()))
        return self.made[kind]

    def ready(self, kind: type[Way]) -> Way:
        """The way on a book it has printed before."""
        way = self.way(kind)
        if not (way.site() / "index.html").exists():
            self.say(f"  first, without counting: {kind.name}")
            way.make()
        return way


def _row(case: str, way: str, taken: list[Taken], note: str = "") -> Row:
    return Row(case, way, [one.seconds for one in taken], statistics.median(one.cpu for one in taken),
               max(one.peak for one in taken), note)


def cold(plan: Plan) -> Iterator[Row]:
    """Nothing is there but the sources."""
    for kind in plan.ways:
        way = plan.way(kind)
        way.book.forget()
        yield _row("cold", kind.name, [way.make()])
    names = [path.stem for path in sorted(plan.way(Ours).book.notebooks, key=lambda path: -TIMES.get(path.stem, 0))]
    yield _row("cold", FLOOR, [cells_alone(plan.way(Ours).book, *names)], "on two processors, nothing printed")


def _after(case: str, plan: Plan, edit: Callable[[Book], None], note=lambda kind: "") -> Iterator[Row]:
    """The site brought up to date after an edit, repeatedly, the ways in turn."""
    ways = {kind: plan.ready(kind) for kind in plan.ways}
    taken: dict[type[Way], list[Taken]] = {kind: [] for kind in ways}
    for turn in range(plan.repeats):
        for kind, way in ways.items():
            if turn and kind.keeps_nothing:  # it prints everything anew each time, at the cost of a cold build
                continue
            edit(way.book)
            taken[kind].append(way.make())
    for kind in ways:
        yield _row(case, kind.name, taken[kind], note(kind))


def code(plan: Plan) -> Iterator[Row]:
    """One chapter's code was edited."""
    yield from _after("code", plan, lambda book: book.edit_code(CODE_OF))
    taken = [cells_alone(plan.way(Ours).book, CODE_OF) for _ in range(plan.repeats)]
    yield _row("code", FLOOR, taken, "the edited chapter's, nothing printed")


def text(plan: Plan) -> Iterator[Row]:
    """One chapter's text was edited."""
    return _after("text", plan, lambda book: book.edit_text(TEXT_OF))


def table(plan: Plan) -> Iterator[Row]:
    """A figure in a table was revised. Only ours and a loop that repeats everything notice."""
    missed = "does not notice: the site stays as it was, which is wrong"
    return _after("table", plan, lambda book: book.change_table(TABLE, COLUMN),
                  lambda kind: "" if kind.notices_tables else missed)


def nothing(plan: Plan) -> Iterator[Row]:
    """Nothing was changed."""
    return _after("nothing", plan, lambda book: None)


def _sweep(plan: Plan, name: str, script: str, *values: str) -> Taken:
    book = plan.way(Ours).book
    folder = book.folder / "_build" / name
    folder.mkdir(parents=True)
    command = [sys.executable, "-c", script, str(book.notebook(SMALL)), str(folder), PARAMETER, *values]
    return run(command, book.folder, book.environment)


def sweep(plan: Plan) -> Iterator[Row]:
    """One small chapter with many values of a parameter; of the loop a sample is measured and multiplied."""
    values = [str(FIRST + place) for place in range(plan.runs)]
    sample = values[:plan.sample]
    half = len(sample) // 2  # half of the sample before ours, half after it
    before = _sweep(plan, "loop-1", LOOP, *sample[:half])
    ours = _sweep(plan, "sweep", OURS, "2", *values)
    after = _sweep(plan, "loop-2", LOOP, *sample[half:])
    yield _row("sweep", Ours.name, [ours], f"{plan.runs} runs on 2 kernels")
    times = plan.runs / len(sample)
    loop = Taken((before.seconds + after.seconds) * times, (before.cpu + after.cpu) * times, max(before.peak, after.peak))
    yield _row("sweep", "papermill loop", [loop], f"{len(sample)} runs measured, times {times:g}")


def efficiency(plan: Plan) -> Iterator[Row]:
    """The same runs on one kernel and on two."""
    values = [str(FIRST + place) for place in range(max(8, plan.runs // 5))]
    taken: dict[str, list[Taken]] = {"1": [], "2": []}
    for turn in range(2):
        for workers, found in taken.items():
            found.append(_sweep(plan, f"kernels-{workers}-{turn}", OURS, workers, *values))
    for workers, found in taken.items():
        yield _row("efficiency", f"{workers} kernel{'s' * (workers != '1')}", found, f"{len(values)} runs of one chapter")


def pages(plan: Plan) -> Iterator[Row]:
    """The pages alone, from executed chapters, step by step: what Sphinx takes of a build."""
    book = plan.ready(Ours).book
    build = book.folder / "_build"
    for start in ("drawings to be made", "drawings kept"):
        taken, steps = [], []
        for _ in range(plan.repeats):
            if start == "drawings to be made":
                shutil.rmtree(build / "drawings", ignore_errors=True)
            shutil.rmtree(build / "timed", ignore_errors=True)
            command = [sys.executable, str(HERE / "pages.py"), str(build / "stage"), str(build / "timed" / "html")]
            taken.append(run(command, book.folder, book.environment))
            steps.append(json.loads((book.folder / LOG).read_text(encoding="utf-8").splitlines()[-1]))
        told = {step: statistics.median(one[step] for one in steps) for step in steps[0]}
        yield _row("pages", f"{Ours.name}, {start}", taken, ", ".join(f"{step} {seconds:.1f}" for step, seconds in told.items()))


def growth(plan: Plan) -> Iterator[Row]:
    """Books of 5, 10, 20 and 40 copies of one chapter, cold; the slow side is measured for the small ones only."""
    for number in plan.growth:
        for kind in (Ours, Executing):
            if kind is Executing and number not in plan.measured_growth:
                continue
            way = kind(Book(plan.folder / f"{kind.__name__.lower()}-{number}"))
            way.book.copies(SMALL, number)
            yield _row(f"growth {number}", kind.name, [way.make()])


CASES = {case.__name__: case for case in (cold, code, text, table, nothing, sweep, efficiency, pages, growth)}
