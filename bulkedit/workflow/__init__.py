"""Where the worlds meet: export a catalogue into a workbook, check a workbook, import it into a catalogue."""

from bulkedit.workflow.checking import Check
from bulkedit.workflow.exporting import ExportReport, editable_organizations, export
from bulkedit.workflow.importing import Import
from bulkedit.workflow.job import ImportOptions, Job, Progress, Sender, foresee

__all__ = [
    "Check",
    "ExportReport",
    "Import",
    "ImportOptions",
    "Job",
    "Progress",
    "Sender",
    "editable_organizations",
    "export",
    "foresee",
]
