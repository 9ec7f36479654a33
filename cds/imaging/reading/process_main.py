"""What reading processes run: the template, which is copied, and the readers that decode."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
from io import FileIO, RawIOBase
from pathlib import Path
from typing import NoReturn

from cds.imaging.frame import Unreadable
from cds.imaging.reading.limits import ReadLimits
from cds.imaging.reading.messages import receive, send
from cds.imaging.reading.one_file import fault, read_data, read_path
from cds.imaging.reading.template import NEW, NUMBER


def main() -> None:
    """As the template, or as one reader on stdin and stdout."""
    # Who started this ends it; an interrupt from the terminal is for them.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if "--template" in sys.argv:
        _copy_on_demand(socket.socket(fileno=0))
        return
    # A decoder that prints must not write into the frames.
    out = FileIO(os.dup(1), "wb")
    os.dup2(2, 1)
    _serve(FileIO(0, "rb", closefd=False), out)


def _copy_on_demand(asked: socket.socket) -> None:
    """A copy for every pair of pipes that comes, until the other side has gone."""
    from cds.imaging.reading import dicom, picture  # noqa: F401  # loaded once, for all copies

    readers: set[int] = set()
    while True:
        wish, pipes, _, _ = socket.recv_fds(asked, 1, 2)
        if not wish:
            break
        if wish == NEW:
            number = os.fork()
            if number == 0:
                asked.close()
                _read_for(*pipes)
            readers.add(number)
            for pipe in pipes:
                os.close(pipe)
            asked.send(NUMBER.pack(number))
        else:
            (number,) = NUMBER.unpack(asked.recv(NUMBER.size, socket.MSG_WAITALL))
            _end(number)
            readers.discard(number)
    for number in readers:
        _end(number)


def _read_for(requests: int, frames: int) -> NoReturn:
    code = 1
    try:
        _serve(FileIO(requests, "rb"), FileIO(frames, "wb"))
        code = 0
    finally:
        # Nothing of what the template would do at its end.
        os._exit(code)


def _end(number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(number, signal.SIGKILL)
    os.waitpid(number, 0)


def _serve(requests: RawIOBase, out: RawIOBase) -> None:
    """Files in, frames out, until the other side closes."""
    limits = receive(requests)
    assert isinstance(limits, ReadLimits)
    _bound_memory(limits.memory_bytes)
    send(out, None)  # ready: from now on files are timed
    while True:
        try:
            request = receive(requests)
        except EOFError:
            return
        assert isinstance(request, tuple)
        name, content = request
        try:
            frames = (
                read_path(content, limits, isolated=True)
                if isinstance(content, Path)
                else read_data(name, content, limits, isolated=True)
            )
            for frame in frames:
                send(out, frame)
        except BrokenPipeError:
            return
        # A panic of a decoder written in Rust is no Exception.
        except BaseException as error:
            send(out, Unreadable(name, 0, fault(error)))
        send(out, None)


def _bound_memory(most: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit; sizes are checked before decoding
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(resource.RLIMIT_AS, (bound, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
