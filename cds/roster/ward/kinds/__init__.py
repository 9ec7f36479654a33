"""The kinds of rule that a ward, a contract or a working-time law may name."""

from cds.roster.ward.kinds.catalogue import KINDS
from cds.roster.ward.kinds.kind import Kind, Parameter, Terms

__all__ = ["KINDS", "Kind", "Parameter", "Terms"]
