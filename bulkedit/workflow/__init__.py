"""Where the worlds meet: export into a workbook, check it, import it into its catalogue, refresh it from there."""

from bulkedit.workflow.checking import Check
from bulkedit.workflow.exporting import ExportReport, editable_organizations, export
from bulkedit.workflow.importing import Import
from bulkedit.workflow.job import ImportOptions, Job, Progress, Sender, foresee
from bulkedit.workflow.refreshing import RefreshReport, refresh_workbook

__all__ = [
    "Check",
    "ExportReport",
    "Import",
    "ImportOptions",
    "Job",
    "Progress",
    "RefreshReport",
    "Sender",
    "editable_organizations",
    "export",
    "foresee",
    "refresh_workbook",
]
