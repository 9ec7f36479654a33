"""What the decoding process runs: files in on stdin, frames out on stdout, until stdin ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from cds.imaging.frame import Unreadable
from cds.imaging.reading.limits import ReadLimits
from cds.imaging.reading.one_file import fault, read_data, read_path
from cds.imaging.reading.process import receive, send


def main() -> None:
    """Serve until the other side closes."""
    # A decoder that prints must not write into the frames.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    limits = receive(sys.stdin.buffer)
    assert isinstance(limits, ReadLimits)
    _bound_memory(limits.memory_bytes)
    send(out, None)  # ready: from now on files are timed
    while True:
        try:
            request = receive(sys.stdin.buffer)
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
