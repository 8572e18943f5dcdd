"""Every test here can have a workbook to be refreshed."""

from refreshing import office

__all__ = ["office"]
