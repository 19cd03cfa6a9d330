"""Makes a pool of processes that ends with its owner, on Ctrl-C at once.

`concurrent.futures` does the work. What it lacks: workers that leave Ctrl-C to their parent, that
do not outlive a killed parent, and a pool that gives up what it was doing when it is interrupted.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import active_children, get_context

WATCH_EVERY_SECONDS = 0.5
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}


def usable_cores() -> int:
    """Gives how many cores this process may use, which can be fewer than the machine has."""
    allowed = getattr(os, "sched_getaffinity", None)  # not on every system
    return len(allowed(0)) if allowed else os.cpu_count() or 1


@contextmanager
def process_pool(
    workers: int, initializer: Callable[..., None] | None = None, *arguments: object
) -> Iterator[ProcessPoolExecutor]:
    """A pool of `workers` fresh processes of one thread; `initializer(*arguments)` runs first.

    Leaving the block by an exception terminates them, so tasks must be able to start again.
    """
    others, before = active_children(), dict(os.environ)
    os.environ.update(ONE_THREAD)  # read by the libraries of a worker as it starts
    context = get_context("spawn")  # a fork would copy locks of running threads
    start = (os.getpid(), initializer, arguments)
    pool = ProcessPoolExecutor(workers, context, _begin, start)
    try:
        yield pool
    except BaseException:
        for process in set(active_children()) - set(others):
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
        for name in ONE_THREAD:
            os.environ.pop(name)
        os.environ.update({name: before[name] for name in ONE_THREAD if name in before})


def _begin(parent: int, initializer: Callable[..., None] | None, arguments: tuple) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent gets it too, and ends us
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_follow, args=(parent,), daemon=True).start()
    if initializer is not None:
        initializer(*arguments)


def _follow(parent: int) -> None:
    """Ends this process when its parent has gone: nobody waits for the result any more."""
    while os.getppid() == parent:
        time.sleep(WATCH_EVERY_SECONDS)
    os._exit(1)
