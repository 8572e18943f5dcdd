"""What can go wrong with a workbook as a whole."""

from bulkedit.core.trouble import RunError


class WorkbookDamaged(RunError):  # noqa: N818  named after what the user is told
    """The file is not a workbook this program can read or write; ``str()`` is one sentence."""


class TooLarge(WorkbookDamaged):
    """The file holds more than is read (`bounds`)."""
