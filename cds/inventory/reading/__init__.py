"""From a folder of tables to a ``Pharmacy``: read, understood, checked."""

from cds.inventory.reading.read import load

__all__ = ["load"]
