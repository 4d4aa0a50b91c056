from tasks.models.closing import Amendment, CompletionClaim, ExtensionRequest
from tasks.models.digest import Digest
from tasks.models.duty import Duty
from tasks.models.edition import PublicEdition, PublicFigures
from tasks.models.export import ExportRecord
from tasks.models.intake import TableImport
from tasks.models.leading import Instruction, LastLook, LightRule, SavedView, StocktakeWording
from tasks.models.period import FrozenMeasure, ReportingPeriod
from tasks.models.plan import Field, MainTask, Measure, Plan, ProbableSlip
from tasks.models.report import Attachment, ProgressReport, Review
from tasks.models.roundtrip import ChangedReport, ChangeSet, Upload
from tasks.models.standing import DutyFiling, LightChange, MeasureStanding, StandingSummary, UnitFigures, UnitFiling

__all__ = [
    "Amendment",
    "Attachment",
    "ChangeSet",
    "ChangedReport",
    "CompletionClaim",
    "Digest",
    "Duty",
    "DutyFiling",
    "ExportRecord",
    "ExtensionRequest",
    "Field",
    "FrozenMeasure",
    "Instruction",
    "LastLook",
    "LightChange",
    "LightRule",
    "MainTask",
    "Measure",
    "MeasureStanding",
    "Plan",
    "ProbableSlip",
    "ProgressReport",
    "PublicEdition",
    "PublicFigures",
    "ReportingPeriod",
    "Review",
    "SavedView",
    "StandingSummary",
    "StocktakeWording",
    "TableImport",
    "UnitFigures",
    "UnitFiling",
    "Upload",
]
