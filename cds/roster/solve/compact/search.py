"""Search the compact model with CP-SAT for a roster and a proof of how good it is."""

from __future__ import annotations

import math
import threading
import time
from queue import Empty, SimpleQueue

from ortools.sat.python import cp_model

from cds.roster.check import assess
from cds.roster.outcome import Limits, Outcome, Report, Status, Step, Stop
from cds.roster.problem import Problem, Roster
from cds.roster.solve.compact.model import CompactModel

STAGE = "compact"
_POLL_S = 0.05
_FEW_WORKERS = 3
_FULL_RELAXATION = "full_relaxation"


def solve_compact(
    problem: Problem,
    limits: Limits,
    *,
    hint: Roster | None = None,
    lower: int | None = None,
    report: Report | None = None,
    stop: Stop | None = None,
) -> Outcome:
    """The best roster found within ``limits``, with a proven bound on its cost.

    ``hint`` is a roster to start from; it need not keep the rules. No roster may
    cost less than ``lower``: a bound proved elsewhere. ``report`` is called, in the
    caller's thread, at each better roster and bound. The search ends early when
    ``stop()`` is true; it is asked some twenty times a second.

    Ctrl-C (KeyboardInterrupt in the caller's thread) ends the search and the best
    roster so far is returned; CP-SAT's own handler of the signal is off, so a
    caller with further stages can turn the signal into ``stop`` instead.

    With ``limits.reproducible`` the time limit is one of work done (in CP-SAT's
    deterministic time, about seconds of one processor) and one worker searches.
    """
    began = time.perf_counter()
    compact = CompactModel(problem)
    compact.model.minimize(compact.cost)
    if lower is not None:
        compact.model.proto.objective.domain.extend([lower - compact.cost_offset, cp_model.INT_MAX])
    if hint is not None:
        compact.hint(hint)
    solver = cp_model.CpSolver()
    _configure(solver, limits, spent=time.perf_counter() - began)
    search = _Search(solver, compact.model, began)
    steps = search.watch(report, stop)
    return _outcome(compact, search, tuple(steps), began, hint, lower)


def _configure(solver: cp_model.CpSolver, limits: Limits, spent: float) -> None:
    p = solver.parameters
    p.random_seed = limits.seed
    p.relative_gap_limit = limits.gap
    p.catch_sigint_signal = False
    if limits.reproducible:
        p.num_workers = 1
        p.max_deterministic_time = limits.time_limit
    else:
        p.num_workers = limits.workers
        p.max_time_in_seconds = max(limits.time_limit - spent, 0.0)
    # The linear relaxation of the whole model is what proves bounds here. With few
    # workers CP-SAT's own choice leaves it out, and bounds stay near none.
    if p.num_workers == 1:
        p.linearization_level = 2
    elif p.num_workers <= _FEW_WORKERS:
        relaxed = type(p)()
        relaxed.name = _FULL_RELAXATION
        relaxed.linearization_level = 2
        p.subsolver_params.append(relaxed)
        p.subsolvers.append(_FULL_RELAXATION)


class _Search(cp_model.CpSolverSolutionCallback):
    """A search in a thread of its own, so that the caller's can watch over it.

    While CP-SAT searches in a thread, that thread runs no Python: neither would
    Ctrl-C reach the program nor ``stop`` be asked.
    """

    def __init__(self, solver: cp_model.CpSolver, model: cp_model.CpModel, began: float) -> None:
        super().__init__()
        self.solver = solver
        self.status = cp_model.UNKNOWN
        self._model = model
        self._began = began
        self._news: SimpleQueue[tuple[float, int | None, int | None]] = SimpleQueue()
        self._failure: BaseException | None = None
        # Thread.join, interrupted, takes a running thread for ended; an event does not.
        self._done = threading.Event()
        solver.best_bound_callback = self._on_bound

    def on_solution_callback(self) -> None:
        """CP-SAT found a better roster."""
        self._tell(round(self.objective_value), self.best_objective_bound)

    def _on_bound(self, bound: float) -> None:
        self._tell(None, bound)

    def _tell(self, cost: int | None, bound: float) -> None:
        self._news.put((time.perf_counter() - self._began, cost, whole_bound(bound)))

    def _run(self) -> None:
        try:
            self.status = self.solver.solve(self._model, self)
        except BaseException as error:
            self._failure = error
        finally:
            self._done.set()

    def watch(self, report: Report | None, stop: Stop | None) -> list[Step]:
        """Search until done, stopped or interrupted; the steps on the way."""
        steps: list[Step] = []
        thread = threading.Thread(target=self._run, name="cp-sat", daemon=True)
        thread.start()
        try:
            while not self._done.wait(_POLL_S):
                self._pass_on(steps, report)
                if stop is not None and stop():
                    break
        except KeyboardInterrupt:
            pass
        finally:
            self._end()
            thread.join()
        self._pass_on(steps, report)
        if self._failure is not None:
            raise self._failure
        return steps

    def _end(self) -> None:
        while not self._done.is_set():  # a stop asked for before the search began is not heard
            self.solver.stop_search()
            self._done.wait(_POLL_S)

    def _pass_on(self, steps: list[Step], report: Report | None) -> None:
        while True:
            try:
                seconds, cost, bound = self._news.get_nowait()
            except Empty:
                return
            step = _improved(steps, seconds, cost, bound)
            if step is not None:
                steps.append(step)
                if report is not None:
                    report(step)


def _improved(
    steps: list[Step], seconds: float, cost: int | None, bound: int | None
) -> Step | None:
    """The news with the best known before; None where it is not new."""
    last = steps[-1] if steps else Step(0.0, STAGE, None, None)
    best = min((c for c in (last.cost, cost) if c is not None), default=None)
    proven = max((b for b in (last.bound, bound) if b is not None), default=None)
    if (best, proven) == (last.cost, last.bound):
        return None
    return Step(seconds, STAGE, best, proven)


def whole_bound(bound: float) -> int | None:
    """Costs are whole numbers, so a bound can be rounded up; None where there is none."""
    if not math.isfinite(bound) or abs(bound) > 1e15:
        return None
    return math.ceil(bound - 1e-6)


def _outcome(
    compact: CompactModel,
    search: _Search,
    steps: tuple[Step, ...],
    began: float,
    hint: Roster | None,
    lower: int | None,
) -> Outcome:
    solver = search.solver
    if search.status == cp_model.MODEL_INVALID:
        raise ValueError(f"the model is invalid: {compact.model.validate()}")
    if search.status == cp_model.INFEASIBLE:
        return Outcome("infeasible", None, None, None, time.perf_counter() - began, steps)
    bounds = (lower, whole_bound(solver.best_objective_bound))
    bound = max((b for b in bounds if b is not None), default=None)
    roster = cost = None
    if search.status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        roster = compact.roster(solver.value)
        # A solution found early may overstate what its roster costs.
        cost = compact.cost_of(roster)
    if hint is not None:  # CP-SAT may have run out of time before it looked at the hint
        assessment = assess(compact.problem, hint)
        if not assessment.hard and (cost is None or assessment.cost < cost):
            roster, cost = hint, assessment.cost
    runtime = time.perf_counter() - began
    if roster is None or cost is None:
        return Outcome("unknown", None, None, bound, runtime, steps)
    # CP-SAT calls "optimal" what is within the gap asked for.
    status: Status = "optimal" if bound is not None and cost <= bound else "feasible"
    last = _improved(list(steps), runtime, cost, bound)
    return Outcome(status, roster, cost, bound, runtime, steps if last is None else (*steps, last))
