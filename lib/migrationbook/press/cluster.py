"""Execute chapters on an existing Dask cluster, each as a task on a warm kernel of the worker that takes it.

A task brings the notebook's text and takes the outputs back, so no file system need be shared. A worker needs the book itself:
its library, tables and installed packages, in the same state as here, which is checked at the start and by every task.
A task whose worker dies is given to another by Dask.
"""

from __future__ import annotations

import platform
import tempfile
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from migrationbook import paths, settings
from migrationbook.errors import BookError
from migrationbook.press import cache
from migrationbook.press.cache import Entry, Job, Store
from migrationbook.press.execute import Press
from migrationbook.press.progress import Progress

PATIENCE = 20  # seconds until a scheduler has to answer
RETRIES = 2  # of a task that ends with an error of its own; deaths of workers are counted by the scheduler


def state() -> dict[str, str | None]:
    """Fingerprints of what outputs depend on besides the notebook, under plain names."""
    library = sorted(path for path in paths.LIBRARY.iterdir()
                     if path.suffix != ".egg-info" and not path.name.startswith((".", "_")))
    return {"library": cache.tree(library), "data": cache.tree([paths.DATA]),
            **{name: cache.fingerprint(paths.LIBRARY.parent / name) for name in settings.LOCK},
            "Python": f"{platform.python_version()} {platform.machine()}"}


def differences(theirs: dict, ours: dict) -> str:
    return ", ".join(name for name in ours if theirs.get(name) != ours[name])


@contextmanager
def press(address: str) -> Iterator[tuple[partial, int]]:
    """Connect to a scheduler: what makes the `Press` for `execute_jobs`, and how many chapters the workers take at a time.

    Raises BookError if nobody answers, there are no workers, or one has the book in another state.
    """
    from distributed import Client

    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise BookError(f"--scheduler {address}: no Dask scheduler answers ({error or 'timeout'})") from None
    with client:
        workers = client.nthreads()
        if not workers:
            raise BookError(f"--scheduler {address}: it has no workers; start some with: dask worker {address}")
        ours = state()
        for worker, theirs in client.run(state, on_error="return").items():
            if isinstance(theirs, BaseException):
                raise BookError(f"worker {worker} cannot use the book ({type(theirs).__name__}: {theirs}); install it there")
            if named := differences(theirs, ours):
                raise BookError(f"worker {worker} has the book in another state ({named}); bring both to the same one")
        yield partial(ClusterPress, client, ours), sum(workers.values())


class ClusterPress(Press):
    """Runs jobs as tasks of a Dask cluster; each waits in a thread here."""

    def __init__(self, client, ours: dict, store: Store, seconds: float):
        self.client, self.ours, self.store, self.seconds = client, ours, store, seconds
        self.futures: set = set()

    def attempt(self, job: Job, basis: dict, progress: Progress) -> tuple[Entry | None, str, str]:
        """As `Press.attempt`, on a worker."""
        from distributed import KilledWorker

        progress.reached(job, 0, 1)
        text = job.notebook.read_text(encoding="utf-8")
        future = self.client.submit(attempt_here, job.name, text, job.values, self.seconds, self.ours,
                                    pure=False, retries=RETRIES)
        self.futures.add(future)
        try:
            entry, problem, book = future.result()
        except CancelledError:
            return None, f"{job.notebook.name}: stopped", ""
        except KilledWorker as error:
            deaths = error.allowed_failures + 1
            return None, f"{job.notebook.name}: {deaths} workers died of it; often the memory is too small", ""
        except Exception as error:  # whatever a cluster may do to a task concerns this combination alone
            return None, f"{job.notebook.name}: the cluster failed ({type(error).__name__}: {error})".splitlines()[0], ""
        finally:
            self.futures.discard(future)
        if entry:
            entry.basis = basis
        return entry, problem, book

    def stop(self) -> None:
        """Take back what no worker has begun; a chapter at work is finished there, and its result dropped."""
        self.client.cancel(list(self.futures))


def attempt_here(name: str, text: str, values: dict, seconds: float, theirs: dict) -> tuple[Entry | None, str, str]:
    """On a worker: execute a notebook's text as `Press.attempt` does, if the book is in the state the sender has it in."""
    if named := differences(state(), theirs):
        return None, f"{name}.ipynb: its worker has the book in another state ({named})", ""
    with tempfile.TemporaryDirectory(prefix="press-") as folder:
        notebook = Path(folder) / f"{name}.ipynb"
        notebook.write_text(text, encoding="utf-8")
        job = Job(notebook, notebook.with_suffix(".out"), values)
        return Press(Store(Path(folder)), seconds).attempt(job, cache.basis(job), Progress([], 1))
