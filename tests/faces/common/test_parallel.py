"""Tests the pool: results, an end when the block is left, and an end with the parent."""

import _multiprocessing
import errno
import os
import signal
import subprocess
import sys
import time

import pytest

from faces.common.errors import UsageError
from faces.common.parallel import new_queue, process_pool

KILLED_PARENT = """
import time
from faces.common.parallel import process_pool
from tests.faces.common.test_parallel import report_and_sleep
if __name__ == "__main__":
    with process_pool(2) as pool:
        [pool.submit(report_and_sleep) for _ in range(2)]
        time.sleep(60)
"""


def square(number: int) -> int:
    return number * number


def report_and_sleep() -> None:
    os.write(1, f"{os.getpid()}\n".encode())  # one write: two processes share the pipe
    time.sleep(60)


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_results_come_back_in_order():
    with process_pool(2) as pool:
        assert list(pool.map(square, range(20))) == [n * n for n in range(20)]


def test_an_exception_ends_the_workers_in_the_middle_of_their_work():
    tasks = []

    def interrupted():
        with process_pool(1) as pool:
            assert pool.submit(square, 3).result() == 9  # the worker is up
            tasks.append(pool.submit(time.sleep, 600))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert tasks[0].done()


def test_workers_do_not_outlive_a_killed_parent():
    parent = subprocess.Popen(
        [sys.executable, "-c", KILLED_PARENT], stdout=subprocess.PIPE, text=True
    )
    workers = [int(parent.stdout.readline()) for _ in range(2)]
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    for _ in range(100):
        if not any(alive(worker) for worker in workers):
            return
        time.sleep(0.1)
    pytest.fail("a worker lives on")


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.ENOENT, errno.ENOSYS])
def test_a_machine_without_semaphores_is_told_in_one_line(monkeypatch, number):
    """As where /dev/shm is read-only, belongs to somebody else, or is not mounted."""

    def refuse(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(_multiprocessing, "SemLock", refuse)
    words = rf"/dev/shm: no semaphores .* \({os.strerror(number)}\); mount it"
    with pytest.raises(UsageError, match=words), process_pool(2):
        pytest.fail("there was a pool")
    with pytest.raises(UsageError, match=words):
        new_queue()
