"""The list of checks, and the form of their answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

OK, WARN, FAIL = "ok", "warn", "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One row of ``cds doctor``.

    ``status`` is ``ok``, ``warn`` (something optional is missing) or ``fail``
    (a command will not work); ``advice`` says what to do, empty where nothing
    needs doing.
    """

    name: str
    status: str
    found: str
    advice: str = ""

    def as_json(self) -> dict[str, str]:
        """The row as an entry of ``checks``."""
        return {
            "name": self.name,
            "status": self.status,
            "found": self.found,
            "advice": self.advice,
        }


Check = Callable[[], Finding]


def run_checks(
    checks: Sequence[tuple[str, Check]], done: Callable[[str], None] = lambda name: None
) -> list[Finding]:
    """Run the checks two at a time (they wait for child processes); findings in their order.

    A check that itself breaks is a ``fail`` row, so that one broken driver
    does not hide the others. ``done`` is called with each name as it ends.
    """
    with ThreadPoolExecutor(max_workers=2) as pool:
        futures = [(name, pool.submit(_guarded, name, check)) for name, check in checks]
        findings = []
        for name, future in futures:
            findings.append(future.result())
            done(name)
        return findings


def _guarded(name: str, check: Check) -> Finding:
    try:
        return check()
    except Exception as error:
        return Finding(
            name,
            FAIL,
            f"the check itself failed: {type(error).__name__}: {error}",
            "report this as a bug in cds",
        )
