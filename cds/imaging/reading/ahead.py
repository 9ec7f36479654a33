"""Reads files ahead in processes while the caller works on the ones before, in their order.

A bounded number of files is ahead, and of each a bounded number of frames.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from pathlib import Path

from cds.imaging.frame import Frame, Unreadable
from cds.imaging.reading.limits import ReadLimits
from cds.imaging.reading.process import DecodingProcess

_FRAMES_AHEAD = 2  # of each file
_FILES_AHEAD = 2  # for each process
_PATIENCE = 0.1  # seconds between looks whether the caller has left

_Results = queue.Queue[Frame | Unreadable | None]


def read_ahead(
    files: Iterator[Path], limits: ReadLimits, workers: int
) -> Iterator[Frame | Unreadable]:
    """The frames of ``files`` in order, read by ``workers`` processes."""
    shared = _Shared(files, workers)
    processes = [DecodingProcess(limits) for _ in range(workers)]
    readers = [
        threading.Thread(target=_serve, args=(shared, process), daemon=True)
        for process in processes
    ]
    for reader in readers:
        reader.start()
    try:
        while True:
            results = shared.ordered.get()
            if results is None:
                return
            if isinstance(results, Exception):
                raise results
            while (result := results.get()) is not None:
                yield result
            shared.room.release()
    finally:
        shared.left.set()
        for process in processes:
            process.kill()  # what it is at is wanted by nobody
        for reader in readers:
            reader.join()


class _Shared:
    """What the threads share: whose turn it is, and where results go."""

    def __init__(self, files: Iterator[Path], workers: int) -> None:
        self._files = files
        self._turn = threading.Lock()
        self._done = False
        self.ordered: queue.Queue[_Results | Exception | None] = queue.Queue()
        self.room = threading.Semaphore(workers * _FILES_AHEAD)
        self.left = threading.Event()

    def next_file(self) -> tuple[Path, _Results] | None:
        """The next file in order, when there is room for one; None when there is no more."""
        while not self.room.acquire(timeout=_PATIENCE):
            if self.left.is_set():
                return None
        with self._turn:
            if self._done or self.left.is_set():
                self.room.release()
                return None
            try:
                file = next(self._files)
            except Exception as error:
                # A StopIteration is the end; anything else is for the caller to know.
                self._done = True
                self.ordered.put(None if isinstance(error, StopIteration) else error)
                self.room.release()
                return None
            results: _Results = queue.Queue(_FRAMES_AHEAD)
            self.ordered.put(results)
            return file, results

    def give(self, results: _Results, result: Frame | Unreadable | None) -> bool:
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
        while (task := shared.next_file()) is not None:
            file, results = task
            for result in process.read(str(file), file):
                if not shared.give(results, result):
                    return
            if not shared.give(results, None):
                return
    finally:
        process.close()
