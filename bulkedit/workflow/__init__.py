"""Where the worlds meet: export into a workbook, check it, import it into its catalogue, refresh it from there."""

from bulkedit.workflow.checking import Check
from bulkedit.workflow.delivery import Sender, foresee
from bulkedit.workflow.exporting import ExportReport, export
from bulkedit.workflow.importing import Import
from bulkedit.workflow.job import ImportOptions, Job, Progress
from bulkedit.workflow.refreshing import RefreshReport, refresh_workbook
from bulkedit.workflow.rights import editable_organizations

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
