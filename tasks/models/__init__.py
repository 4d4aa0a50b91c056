from tasks.models.duty import Duty
from tasks.models.plan import Field, MainTask, Measure, Plan, ProbableSlip

__all__ = ["Duty", "Field", "MainTask", "Measure", "Plan", "ProbableSlip"]
