"""Moves between places: surplus about to expire goes where it is used, shortages are covered."""

from cds.inventory.redistribution.check import check_moves
from cds.inventory.redistribution.moves import Move, Redistribution
from cds.inventory.redistribution.plan import redistribute

__all__ = ["Move", "Redistribution", "check_moves", "redistribute"]
