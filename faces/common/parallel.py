"""Runs a pool of processes that ends with its parent, even if the parent is interrupted or killed.

The pool is that of `concurrent.futures`. In addition, the workers ignore Ctrl-C and end soon after
their parent was killed, and an interrupted pool stops its tasks at once.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import active_children, get_context
from multiprocessing.queues import Queue

from faces.common.errors import UsageError

WATCH_EVERY_SECONDS = 0.5
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}


def usable_cores() -> int:
    """Count the cores that this process may use, which can be fewer than the machine has."""
    allowed = getattr(os, "sched_getaffinity", None)  # not on every system
    return len(allowed(0)) if allowed else os.cpu_count() or 1


@contextmanager
def process_pool(
    workers: int, initializer: Callable[..., None] | None = None, *arguments: object
) -> Iterator[ProcessPoolExecutor]:
    """Yield a pool of `workers` new processes of one thread each.

    Each process first calls `initializer(*arguments)`. An exception in the block terminates the
    processes, so tasks must allow a new start. Raises UsageError as `new_queue` does.
    """
    others, before = active_children(), dict(os.environ)
    os.environ.update(ONE_THREAD)  # read by the libraries of a worker as it starts
    context = get_context("spawn")  # a fork would copy locks of running threads
    start = (os.getpid(), initializer, arguments)
    pool: ProcessPoolExecutor | None = None
    try:
        with _semaphores():
            pool = ProcessPoolExecutor(workers, context, _begin, start)
        yield pool
    except BaseException:
        for process in set(active_children()) - set(others):
            process.terminate()
        raise
    finally:
        if pool:
            pool.shutdown(cancel_futures=True)
        for name in ONE_THREAD:
            os.environ.pop(name)
        os.environ.update({name: before[name] for name in ONE_THREAD if name in before})


def new_queue() -> Queue:
    """Return a queue on which the processes of a pool can send messages to this one.

    Raises UsageError where the machine gives no semaphores, as with a read-only /dev/shm.
    """
    with _semaphores():
        return get_context("spawn").Queue()


@contextmanager
def _semaphores() -> Iterator[None]:
    """Turn the errors of a machine without semaphores into UsageError."""
    try:
        yield
    except (OSError, ImportError, NotImplementedError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise UsageError(
            f"/dev/shm: no semaphores for several processes ({reason}); "
            "mount it so that it can be written, as tmpfs of mode 1777"
        ) from error


def _begin(parent: int, initializer: Callable[..., None] | None, arguments: tuple) -> None:
    """Prepare a new worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent gets it too, and ends its workers
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_follow, args=(parent,), daemon=True).start()
    if initializer is not None:
        initializer(*arguments)


def _follow(parent: int) -> None:
    """End this process once its parent has ended."""
    while os.getppid() == parent:
        time.sleep(WATCH_EVERY_SECONDS)
    os._exit(1)
