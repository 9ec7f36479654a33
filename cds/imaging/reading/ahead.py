"""Reads files ahead in processes while the caller works on the ones before, in their order.

A bounded number of files is ahead, and of each a bounded number of frames.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterator
from pathlib import Path

from cds.imaging.frame import Frame, Unreadable
from cds.imaging.reading.limits import NeedsOwnProcess, ReadLimits
from cds.imaging.reading.one_file import read_path
from cds.imaging.reading.process import DecodingProcess
from cds.imaging.reading.template import Template

_FRAMES_AHEAD = 2  # of each file
_FILES_AHEAD = 2  # for each process
_PATIENCE = 0.1  # seconds between looks whether the caller has left

_Results = queue.Queue[Frame | Unreadable | Exception | None]


class ReadAhead:
    """The frames of ``files`` in order, once, read by ``workers`` processes.

    They start when this is made, so that they load while the caller does something else; whoever
    makes one closes it. What is asked for before they have loaded is read in this process, as
    far as its decoder is safe there.
    """

    def __init__(self, files: Iterator[Path], limits: ReadLimits, workers: int) -> None:
        self._shared = _Shared(files, workers)
        self._limits = limits
        self._template = Template()
        self._processes = [DecodingProcess(limits, self._template) for _ in range(workers)]
        self._readers = [
            threading.Thread(target=_serve, args=(self._shared, process), daemon=True)
            for process in self._processes
        ]
        self._frames = self._in_order()
        for reader in self._readers:
            reader.start()

    def __iter__(self) -> Iterator[Frame | Unreadable]:
        return self

    def __next__(self) -> Frame | Unreadable:
        return next(self._frames)

    def close(self) -> None:
        """End all processes, whatever they are at; nobody waits for it any more."""
        self._frames.close()
        self._end()

    def _in_order(self) -> Generator[Frame | Unreadable, None, None]:
        shared = self._shared
        try:
            yield from self._meanwhile()
            while True:
                results = shared.ordered.get()
                if results is None:
                    return
                if isinstance(results, Exception):
                    raise results
                while (result := results.get()) is not None:
                    if isinstance(result, Exception):
                        raise result
                    yield result
                shared.room.release()
        finally:
            self._end()

    def _meanwhile(self) -> Iterator[Frame | Unreadable]:
        """The first files, which nobody else has taken, until the readers have loaded."""
        shared = self._shared
        apart = DecodingProcess(self._limits, self._template)
        try:
            while not shared.loaded.is_set() and (file := shared.first_file()) is not None:
                try:
                    yield from read_path(file, self._limits, isolated=False)
                except NeedsOwnProcess:
                    yield from apart.read(str(file), file)
        finally:
            apart.close()

    def _end(self) -> None:
        self._shared.left.set()
        if not self._shared.loaded.is_set():
            self._template.kill()
        for process in self._processes:
            process.kill()
        for reader in self._readers:
            reader.join()
        self._template.close()


class _Shared:
    """What the threads share: whose turn it is, and where results go."""

    def __init__(self, files: Iterator[Path], workers: int) -> None:
        self._files = files
        self._turn = threading.Lock()
        self._done = False
        self.ordered: queue.Queue[_Results | Exception | None] = queue.Queue()
        self.room = threading.Semaphore(workers * _FILES_AHEAD)
        self.left = threading.Event()
        self.loaded = threading.Event()

    def first_file(self) -> Path | None:
        """The next file in order, for who yields it at once; None when there is no more."""
        with self._turn:
            return None if self._done or self.loaded.is_set() else self._taken()

    def next_file(self) -> tuple[Path, _Results] | None:
        """The next file in order, when there is room for one; None when there is no more."""
        while not self.room.acquire(timeout=_PATIENCE):
            if self.left.is_set():
                return None
        with self._turn:
            if self._done or self.left.is_set():
                self.room.release()
                return None
            self.loaded.set()
            file = self._taken()
            if file is None:
                self.room.release()
                return None
            results: _Results = queue.Queue(_FRAMES_AHEAD)
            self.ordered.put(results)
            return file, results

    def _taken(self) -> Path | None:
        try:
            return next(self._files)
        except Exception as error:
            # A StopIteration is the end; anything else is for the caller to know.
            self._done = True
            self.ordered.put(None if isinstance(error, StopIteration) else error)
            return None

    def give(self, results: _Results, result: Frame | Unreadable | Exception | None) -> bool:
        """Hand over a result when there is room; False where the caller has left."""
        while not self.left.is_set():
            try:
                results.put(result, timeout=_PATIENCE)
                return True
            except queue.Full:
                continue
        return False


def _serve(shared: _Shared, process: DecodingProcess) -> None:
    try:
        try:
            process.start()
        except Exception as error:
            shared.ordered.put(error)
            return
        while (task := shared.next_file()) is not None:
            file, results = task
            try:
                for result in process.read(str(file), file):
                    if not shared.give(results, result):
                        return
            except Exception as error:
                # Whoever waits for the file must hear of it.
                shared.give(results, error)
                return
            if not shared.give(results, None):
                return
    finally:
        process.close()
