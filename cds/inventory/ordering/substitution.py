"""Demand that turns to a substitute while an item cannot be had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cds.inventory.ordering.problem import ItemProblem, Numbers, Substitution


def with_substitution(
    problems: Sequence[ItemProblem], substitutions: Sequence[Substitution]
) -> list[ItemProblem]:
    """The items, substitutes with the demand that nothing ordered now can keep from them.

    Until an order of now arrives an item has what is on hand and under way; of the demand
    beyond that, ``share`` is added to the substitute's, scenario by scenario. Shortages that an
    order can still prevent stay the item's own. Raises ValueError for an unknown item.
    """
    place = {problem.item: index for index, problem in enumerate(problems)}
    result = list(problems)
    for rule in substitutions:
        unknown = sorted({rule.item, rule.substitute} - place.keys())
        if unknown:
            raise ValueError(f"no such item: {', '.join(unknown)}")
        if not 0 <= rule.share <= 1:
            raise ValueError(f"{rule.item}: a share of {rule.share} turns to {rule.substitute}")
        index = place[rule.substitute]
        more = rule.ratio * rule.share * unavoidable_shortage(problems[place[rule.item]])
        if more.any():
            result[index] = replace(result[index], demand=result[index].demand + more)
    return result


def unavoidable_shortage(problem: ItemProblem) -> Numbers:
    """Units (scenarios, periods) that cannot be met before an order of now arrives."""
    scenarios, periods = problem.demand.shape
    short = np.zeros((scenarios, periods))
    for scenario in range(scenarios):
        lots = sorted((float(left), float(amount)) for amount, left in problem.lots if left >= 1)
        for period in range(min(int(problem.lead_time[scenario, 0]), periods)):
            lots += [
                (float(period + order.life), order.quantity)
                for order in problem.pipeline
                if order.arrival[scenario] == period and order.life > 0
            ]
            lots.sort(reverse=problem.issuing == "lifo")
            wanted = float(problem.demand[scenario, period])
            left = []
            for expires, amount in lots:
                taken = min(wanted, amount)
                wanted -= taken
                if amount > taken and expires > period + 1:
                    left.append((expires, amount - taken))
            lots = left
            short[scenario, period] = wanted
    return short
