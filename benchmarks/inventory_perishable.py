"""Published perishable problems: our orders against the exact optimum and the best base-stock.

``python -m benchmarks.inventory_perishable DATA`` where DATA is the folder ``perishable_viso_jax``.

For every state of a case the engine is given sampled demand (never the law) and says what it
would order; that policy's average cost a period is then computed exactly. Costs a unit ordered
are moved to shortage and expiry, where they make the same difference in the long run.
"""

from __future__ import annotations

import argparse
import re
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.perishable_models import (
    Case,
    Platelets,
    ages_of,
    average_cost,
    best_base_stock,
    de_moor,
    hendrix,
    platelet_cost,
)
from cds.inventory.ordering.batch import batch_of
from cds.inventory.ordering.exact import all_action_costs, shape_of
from cds.inventory.ordering.kernel import COST, empty_tables, fill_tables
from cds.inventory.ordering.plan import plan
from cds.inventory.ordering.problem import ItemProblem, Outstanding

PERIODS = 16
SEED = 20261124


def settings(folder: Path) -> list[Case | Platelets]:
    """The cases whose files are in the folder."""
    found: list[Case | Platelets] = []
    for path in sorted(folder.glob("de_moor_perishable/de_moor_perishable/m*/exp*.yaml")):
        own = values(path.read_text())
        life = int(own.get("max_useful_life", "2"))
        fifo = own.get("issue_policy", "lifo") == "fifo"
        waste = float(own.get("wastage_cost", "7"))
        found.append(de_moor(life, int(own.get("lead_time", "1")), fifo, waste))
    pattern = "hendrix_perishable_one_product/hendrix_perishable_one_product/m*/exp*.yaml"
    for path in sorted(folder.glob(pattern)):
        own = values(path.read_text())
        mean = float(own.get("demand_poisson_mean", "5"))
        most = int(own.get("max_order_quantity", "10"))
        found.append(hendrix(int(own.get("max_useful_life", "2")), mean, most))
    pattern = "mirjalili_perishable_platelet/mirjalili_perishable_platelet/m3/exp*.yaml"
    for path in sorted(folder.glob(pattern)):
        own = values(path.read_text())
        c_0 = numbers(own.get("shelf_life_at_arrival_distribution_c_0", "[1.0, 0.5]"))
        c_1 = numbers(own.get("shelf_life_at_arrival_distribution_c_1", "[0.0, 0.0]"))
        found.append(Platelets(f"Mirjalili m3 {path.stem}", 3, c_0, c_1))
    return found


def values(text: str) -> dict[str, str]:
    """``key: value`` lines of a settings file."""
    return dict(re.findall(r"^(\w+):[ ]*(\S.*?)[ ]*$", text, re.MULTILINE))


def numbers(text: str) -> tuple[float, ...]:
    return tuple(float(part) for part in text.strip("[] ").split(","))


def problem_of(case: Case, state: int, scenarios: int, periods: int = PERIODS) -> ItemProblem:
    """The case in a state, its demand sampled."""
    random = np.random.default_rng(SEED)
    demand = random.choice(len(case.law), p=case.law, size=(scenarios, periods)).astype(np.float64)
    ages = ages_of(case, state)
    under_way, stock = ages[: case.delay - 1], ages[case.delay - 1 :]
    lots = [(packs, case.life - place) for place, packs in enumerate(stock) if packs]
    orders = [
        Outstanding(float(packs), np.full(scenarios, case.delay - 1 - place, np.int32), case.life)
        for place, packs in enumerate(under_way)
        if packs
    ]
    return ItemProblem(
        item=str(state),
        demand=demand,
        lead_time=np.full(demand.shape, case.delay, np.int32),
        life_on_arrival=case.life,
        lots=np.array(lots, np.float64).reshape(-1, 2),
        pipeline=tuple(orders),
        shortage=case.shortage - case.order,
        expiry=case.waste + case.order,
        holding=case.holding,
        quota=float(case.most),
        issuing="fefo" if case.fifo else "lifo",
    )


def by_programme(case: Case, scenarios: int) -> NDArray[np.int64]:
    """The engine's order in every state, by its dynamic programme."""
    problem = problem_of(case, 0, scenarios)
    shape = shape_of(problem)
    if shape is None or shape.most != case.most:
        raise SystemExit(f"{case.name}: the engine does not see an item of few states")
    orders = np.argmin(all_action_costs(problem, shape), axis=1)
    random = np.random.default_rng(1)
    for state in random.choice(shape.states, size=20):
        found = plan([problem_of(case, int(state), scenarios)], exact_states=shape.states)
        if found.lines[0].quantity != orders[state] or found.lines[0].method != "exact":
            raise SystemExit(f"{case.name}: plan() differs from the programme in state {state}")
    return orders


def by_simulation(case: Case, scenarios: int) -> NDArray[np.int64]:
    """The engine's order in every state, by simulation with a tuned rule for later periods."""
    states = (case.most + 1) ** (case.life + case.delay - 1)
    orders = np.zeros(states, np.int64)
    for begin in range(0, states, 500):
        ends = range(begin, min(begin + 500, states))
        batch = batch_of([problem_of(case, state, scenarios, 12) for state in ends])
        tables = empty_tables(len(ends), 12)
        fill_tables(batch, 0, len(ends), 1, tables)
        for index, state in enumerate(ends):
            costs = tables.measures[index, : tables.counts[index], COST]
            orders[state] = int(tables.quantities[index, int(np.argmin(costs))])
    return orders


def platelet_orders(case: Platelets, scenarios: int) -> NDArray[np.int64]:
    """The engine's order on every weekday in every state."""
    random = np.random.default_rng(SEED)
    width = case.most + 1
    orders = np.zeros((7, width ** (case.life - 1)), np.int64)
    shares = np.array([case.shares(order) for order in range(case.most + 1)])
    for weekday in range(7):
        laws = [case.demand((weekday + period) % 7) for period in range(21)]
        columns = [random.choice(width, p=law, size=scenarios) for law in laws]
        demand = np.stack(columns, axis=1).astype(np.float64)
        problem = ItemProblem(
            item="platelets",
            demand=demand,
            lead_time=np.zeros(demand.shape, np.int32),
            life_on_arrival=case.life,
            life_shares=shares,
            shortage=case.shortage,
            expiry=case.waste + case.holding,
            holding=case.holding,
            order_line=case.fixed,
            quota=float(case.most),
        )
        shape = shape_of(problem)
        if shape is None:
            raise SystemExit(f"{case.name}: the engine does not see an item of few states")
        orders[weekday] = np.argmin(all_action_costs(problem, shape), axis=1)
    return orders


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--scenarios", type=int, default=5000)
    parser.add_argument("--most-states", type=int, default=2_000_000)
    parser.add_argument("--simulate-states", type=int, default=1500)
    parser.add_argument("--base-stock-states", type=int, default=200_000)
    parser.add_argument("--only", default="", help="cases whose name holds this")
    arguments = parser.parse_args()
    print("| case | states | optimum | best base-stock | simulation | engine | CPU s |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for case in settings(arguments.data):
        if arguments.only not in case.name:
            continue
        if isinstance(case, Platelets):
            optimum, _ = platelet_cost(case)
            began = time.process_time()
            orders = platelet_orders(case, arguments.scenarios)
            seconds = time.process_time() - began
            ours, _ = platelet_cost(case, orders)
            cells = [f"{7 * orders.shape[1]}", f"{optimum:.4f}", "", "", percent(ours, optimum)]
            print(f"| {case.name} | {' | '.join(cells)} | {seconds:.1f} |", flush=True)
            continue
        states = (case.most + 1) ** (case.life + case.delay - 1)
        if states > arguments.most_states:
            continue
        optimum, _ = average_cost(case)
        level, base_stock = (
            best_base_stock(case) if states < arguments.base_stock_states else (0, 0.0)
        )
        simulated = ""
        if states <= arguments.simulate_states:
            orders = by_simulation(case, 200)
            simulated = percent(average_cost(case, orders)[0], optimum)
        began = time.process_time()
        orders = by_programme(case, arguments.scenarios)
        seconds = time.process_time() - began
        ours, _ = average_cost(case, orders)
        cells = [
            f"{states}",
            f"{optimum:.4f}",
            f"S={level} {percent(base_stock, optimum)}" if level else "",
            simulated,
            percent(ours, optimum),
        ]
        print(f"| {case.name} | {' | '.join(cells)} | {seconds:.1f} |", flush=True)


def percent(cost: float, optimum: float) -> str:
    return f"{100 * (cost / optimum - 1):+.3f} %"


if __name__ == "__main__":
    main()
