"""Tests the pool: results, an end when the block is left, and an end with the parent."""

import os
import signal
import subprocess
import sys
import time

import pytest

from faces.common.parallel import process_pool

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
