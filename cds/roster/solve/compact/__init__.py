"""The compact model of a problem and its search: right for every rule, if not the fastest."""

from cds.roster.solve.compact.model import CompactModel
from cds.roster.solve.compact.search import solve_compact

__all__ = ["CompactModel", "solve_compact"]
