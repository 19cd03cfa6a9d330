"""Runs the stage graph on this machine: wide stages alone, the others side by side.

Every training runs on one thread of a worker process, so its bytes depend neither on the number
of workers nor on the stages beside it, and two stages use two cores fully.
"""

import time
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from graphlib import TopologicalSorter
from multiprocessing.queues import Queue
from pathlib import Path
from queue import Empty

from bench.running.display import Display
from bench.running.store import Machine, Stage, is_done, materialize
from faces.common import disk_faults
from faces.common.errors import NirbenchError, StageError
from faces.common.parallel import new_queue, process_pool

POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Failure:
    """A stage that failed, and the error that is shown to the user."""

    stage: Stage
    error: NirbenchError


class Engine:
    """Runs stages into one store on one machine, and reports the events to a display."""

    def __init__(self, store: Path, machine: Machine, display: Display) -> None:
        self.store, self.machine, self.display = store, machine, display
        self.failures: list[Failure] = []
        self.ran: set[str] = set()  # keys of the stages that were not cached

    def run(self, targets: Iterable[Stage]) -> None:
        """Make the missing ones of `targets` and of all that they need.

        A failed stage stops only the stages that need it. It is added to `failures`, with its error
        if a user caused it, otherwise with a StageError.
        """
        stages = every_stage(targets)
        todo = {stage.key: stage for stage in stages if not is_done(stage, self.store)}
        for stage in stages:
            if stage.key not in todo:
                self.display.cached(stage)
        self.display.expect(todo.values())
        graph = TopologicalSorter(
            {
                key: [source.key for source in stage.inputs.values() if source.key in todo]
                for key, stage in todo.items()
            }
        )
        graph.prepare()
        if todo:
            self._walk(graph, todo)

    def _walk(self, graph: TopologicalSorter, todo: dict[str, Stage]) -> None:
        messages = new_queue()
        running: dict[Future, Stage] = {}
        waiting: list[Stage] = []
        with process_pool(self.machine.side_by_side, _start_worker, messages) as pool:
            while graph.is_active():
                waiting += [todo[key] for key in graph.get_ready()]
                if wide := [stage for stage in waiting if stage.wide]:
                    waiting.remove(wide[0])
                    self._run_here(wide[0], graph)
                    continue
                self._submit(waiting, running, pool)
                if not running:
                    break  # all others need a stage that failed
                self._collect(running, graph, messages)

    def _run_here(self, stage: Stage, graph: TopologicalSorter) -> None:
        self.display.started(stage)

        def progress(done, total, values):
            self.display.progress(stage.key, done, total, values)

        try:
            seconds = materialize(stage, self.store, self.machine, progress)
        except Exception as error:
            self._failed(stage, error)
        else:
            self._finished(stage, seconds, graph)

    def _submit(self, waiting: list[Stage], running: dict, pool: ProcessPoolExecutor) -> None:
        """Submit one stage per free worker, the largest effort first."""
        waiting.sort(key=lambda stage: -stage.effort)
        while waiting and len(running) < self.machine.side_by_side:
            stage = waiting.pop(0)
            self.display.started(stage)
            running[pool.submit(_run_in_worker, stage, self.store, self.machine)] = stage

    def _collect(self, running: dict, graph: TopologicalSorter, messages: Queue) -> None:
        finished, _ = wait(running, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
        self._show(messages)
        self.display.tick()
        for future in finished:
            stage = running.pop(future)
            try:
                seconds = future.result()
            except BrokenProcessPool as error:
                raise StageError(
                    f"stage {stage.name}: its process was killed, perhaps for want of memory; "
                    "finished stages are kept: run the same command again"
                ) from error
            except Exception as error:
                self._failed(stage, error)
            else:
                self._finished(stage, seconds, graph)

    def _finished(self, stage: Stage, seconds: float, graph: TopologicalSorter) -> None:
        self.display.finished(stage, seconds)
        self.ran.add(stage.key)
        graph.done(stage.key)

    def _failed(self, stage: Stage, error: Exception) -> None:
        self.display.failed(stage, error)
        if not isinstance(error, NirbenchError):
            words = disk_faults.in_words(error) or f"{type(error).__name__}: {error}"
            cause, error = error, StageError(f"stage {stage.name}: {words}")
            error.__cause__ = cause
        self.failures.append(Failure(stage, error))

    def _show(self, messages: Queue) -> None:
        try:
            while True:
                self.display.progress(*messages.get_nowait())
        except Empty:
            pass


def every_stage(targets: Iterable[Stage]) -> list[Stage]:
    """Return every stage that the targets need, once, inputs before the stages that read them."""
    ordered: dict[str, Stage] = {}

    def visit(stage: Stage) -> None:
        if stage.key not in ordered:
            for source in stage.inputs.values():
                visit(source)
            ordered[stage.key] = stage

    for target in targets:
        visit(target)
    return list(ordered.values())


_messages: Queue | None = None


def _start_worker(messages: Queue) -> None:
    """Prepare a worker process: one thread of arithmetic, and the queue to the parent."""
    global _messages
    _messages = messages
    import torch

    torch.set_num_threads(1)


def _run_in_worker(stage: Stage, store: Path, machine: Machine) -> float:
    last_sent = 0.0

    def progress(done, total, values):
        nonlocal last_sent
        now = time.monotonic()
        if now - last_sent >= POLL_SECONDS or done == total:
            last_sent = now
            _messages.put((stage.key, done, total, dict(values)))

    return materialize(stage, store, machine, progress)
