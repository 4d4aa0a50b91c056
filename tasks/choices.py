"""The closed vocabularies of `tasks`."""

from django.db import models


class DutyRole(models.TextChoices):
    """单位对举措的职责: how a unit stands to a measure. Declared in the order in which they are shown."""

    LEAD = "lead", "牵头"
    SHARED = "shared", "按职责分工"
    SEVERAL = "several", "分别负责"
    RESPONSIBLE = "responsible", "负责"
    COOPERATE = "cooperate", "配合"


OBLIGED_ROLES = (DutyRole.LEAD, DutyRole.SHARED, DutyRole.SEVERAL, DutyRole.RESPONSIBLE)  # must report; 配合 may


class Cadence(models.TextChoices):
    """填报周期."""

    MONTHLY = "monthly", "每月"
    QUARTERLY = "quarterly", "每季度"
    HALF_YEARLY = "half_yearly", "每半年"


class ReportState(models.TextChoices):
    """填报状态. The moves between them are the table in `tasks.workflow`."""

    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待初审"
    FORWARDED = "forwarded", "待复审"
    RETURNED = "returned", "已退回"
    APPROVED = "approved", "已通过"


WRITABLE = (ReportState.DRAFT, ReportState.RETURNED)  # still the unit's to write
HANDED_IN = (ReportState.SUBMITTED, ReportState.FORWARDED, ReportState.APPROVED)


class FilingState(models.TextChoices):
    """填报情况的格: where a duty that must report stands in a period."""

    APPROVED = "approved", "已通过"
    IN_REVIEW = "in_review", "审核中"
    RETURNED = "returned", "已退回"
    DRAFTED = "drafted", "草稿"
    MISSING = "missing", "未报"


class WorkList(models.IntegerChoices):
    """工作台的清单: where a duty stands in a period for those who write. What is still to be done is declared first, and what
    must be reported (`MUST_REPORT`) before what may.
    """

    RETURNED = 1, "退回修改"
    DUE = 2, "待填报"
    HANDED_IN = 3, "已提交"
    HELPING = 4, "配合"
    HELPING_RETURNED = 5, "配合，退回修改"


MUST_REPORT = (WorkList.RETURNED, WorkList.DUE, WorkList.HANDED_IN)


class ReviewLevel(models.TextChoices):
    """初审 / 复审."""

    UNIT = "unit", "初审"
    OFFICE = "office", "复审"


class Confidence(models.TextChoices):
    """研判: will it be done in time, in the unit's own word. Declared from best to worst."""

    ON_TRACK = "on_track", "正常"
    AT_RISK = "at_risk", "有风险"
    BEHIND = "behind", "滞后"


class Stage(models.TextChoices):
    """阶段."""

    NOT_STARTED = "not_started", "未启动"
    IN_PROGRESS = "in_progress", "推进中"
    AWAITING_VERIFICATION = "awaiting_verification", "待核验"
    COMPLETED = "completed", "已办结"
    SUSPENDED = "suspended", "暂停"
    CANCELLED = "cancelled", "终止"


class Halt(models.TextChoices):
    """暂停 or 终止: the two stages the Office sets by hand; every other stage is computed."""

    SUSPENDED = "suspended", "暂停"
    CANCELLED = "cancelled", "终止"


class RollUp(models.TextChoices):
    """汇总规则: how a measure's figure comes from its duties."""

    WORST = "worst", "取最差"
    LEAD_DECIDES = "lead_decides", "以牵头单位为准"


class ClaimState(models.TextChoices):
    """办结申请、延期申请 and what became of them."""

    PENDING = "pending", "待决定"
    GRANTED = "granted", "已同意"
    RETURNED = "returned", "已退回"
    WITHDRAWN = "withdrawn", "已撤回"


class InstructionState(models.TextChoices):
    """批示 and what became of it."""

    OPEN = "open", "办理中"
    ANSWERED = "answered", "已反馈"
    CLOSED = "closed", "已办结"


class ExportKind(models.TextChoices):
    """What is taken away as a file."""

    LIST = "list", "任务清单"
    PROGRESS = "progress", "进展台账"
    UNFINISHED = "unfinished", "未办结举措"
    CHANGES = "changes", "两期变化"
    FIGURES = "figures", "领域与单位汇总"
    CITIES = "cities", "五市任务对照"
    FILING = "filing", "填报情况"
    FILED = "filed", "填报情况明细"
    AMENDMENTS = "amendments", "调整记录"
    INSTRUCTIONS = "instructions", "批示"
    STOCKTAKE = "stocktake", "汇报稿"
    AUDIT = "audit", "操作日志"


class DigestState(models.TextChoices):
    """待办邮件 and how far it is. One claimed and never sent belonged to a program that was stopped meanwhile."""

    CLAIMED = "claimed", "正在发送"
    FAILED = "failed", "没有发出"
    SENT = "sent", "已发出"
