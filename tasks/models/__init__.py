from tasks.models.closing import Amendment, CompletionClaim, ExtensionRequest
from tasks.models.duty import Duty
from tasks.models.period import FrozenMeasure, ReportingPeriod
from tasks.models.plan import Field, MainTask, Measure, Plan, ProbableSlip
from tasks.models.report import Attachment, ProgressReport, Review

__all__ = [
    "Amendment",
    "Attachment",
    "CompletionClaim",
    "Duty",
    "ExtensionRequest",
    "Field",
    "FrozenMeasure",
    "MainTask",
    "Measure",
    "Plan",
    "ProbableSlip",
    "ProgressReport",
    "ReportingPeriod",
    "Review",
]
