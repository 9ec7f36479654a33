"""Which skills are a person's own, and which they only stand in for."""

from __future__ import annotations

from cds.roster.problem import Employee


def own_skills(employee: Employee) -> tuple[int, ...]:
    """The skills that cost least to work in; standing in for another grade costs more."""
    if not employee.skill_costs:
        return employee.skills
    least = min(employee.skill_costs)
    return tuple(
        skill
        for skill, cost in zip(employee.skills, employee.skill_costs, strict=True)
        if cost == least
    )
