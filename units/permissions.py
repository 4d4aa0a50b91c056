"""Who may do what: a table a manager can read. Every check in the system ends here."""

from enum import Enum

from django.core.exceptions import PermissionDenied
from django.db.models import Q

from units.choices import Role


class Permission(Enum):
    """A permission and the sentence that explains it."""

    SEE_BACK_OFFICE = "进入后台，查看资料和修改历史"
    SEE_STAFF_NOTES = "查看原文旁的内部校注"
    EDIT_PLAN = "维护分工表：任务、举措和职责"
    SET_DUE_DATES = "设定举措的时间、汇总规则、暂停和终止，形成编号的调整"
    IMPORT_TABLES = "导入印发的或修订的分工表：核对、认定表中的新单位、写入并形成编号的调整"
    WRITE_REPORTS = "填报本单位的进展，提交和撤回；督查专员代开放群体填报"
    REVIEW_AT_UNIT = "初审本单位的填报：通过或退回"
    REVIEW_AT_OFFICE = "复审各单位的填报：通过或退回"
    CLAIM_CLOSING = "为本单位的举措申请办结或延期"
    DECIDE_CLOSING = "核验办结、决定延期、重新打开"
    MANAGE_PERIODS = "建立、调整和冻结填报期次，设定填报周期"
    PUBLISH = "决定哪些已通过的填报向社会公开"
    SET_LIGHT_RULES = "调整判定规则：进度灯、时限灯的阈值和施行日期"
    READ_SUBMITTED = "查看各单位提交以后的填报和申请"
    SHARE_VIEWS = "把台账的常用视图共享给全体工作人员"
    WRITE_STOCKTAKE = "修改汇报稿的文字"
    SEE_INSTRUCTIONS = "查看批示：领导和督查专员看全部，单位看本单位承办的和本单位举措上的"
    GIVE_INSTRUCTIONS = "作出批示，指定承办单位和办理时限"
    ANSWER_INSTRUCTIONS = "反馈本单位承办的批示"
    CLOSE_INSTRUCTIONS = "办结批示、退回反馈；领导限于自己作出的批示"
    READ_AUDIT_TRAIL = "查看操作日志"
    MANAGE_UNITS = "维护单位、简称和群体"
    MANAGE_ACCOUNTS = "维护账号"


ROLE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.REPORTER: frozenset(
        {
            Permission.SEE_STAFF_NOTES,
            Permission.WRITE_REPORTS,
            Permission.CLAIM_CLOSING,
            Permission.SEE_INSTRUCTIONS,
            Permission.ANSWER_INSTRUCTIONS,
        }
    ),
    Role.UNIT_REVIEWER: frozenset(
        {Permission.SEE_STAFF_NOTES, Permission.REVIEW_AT_UNIT, Permission.SEE_INSTRUCTIONS}
    ),
    Role.OFFICE: frozenset(
        {
            Permission.SEE_BACK_OFFICE,
            Permission.SEE_STAFF_NOTES,
            Permission.EDIT_PLAN,
            Permission.SET_DUE_DATES,
            Permission.IMPORT_TABLES,
            Permission.WRITE_REPORTS,
            Permission.REVIEW_AT_OFFICE,
            Permission.DECIDE_CLOSING,
            Permission.MANAGE_PERIODS,
            Permission.PUBLISH,
            Permission.SET_LIGHT_RULES,
            Permission.READ_SUBMITTED,
            Permission.SHARE_VIEWS,
            Permission.WRITE_STOCKTAKE,
            Permission.SEE_INSTRUCTIONS,
            Permission.CLOSE_INSTRUCTIONS,
        }
    ),
    Role.LEADER: frozenset(
        {
            Permission.SEE_STAFF_NOTES,
            Permission.READ_SUBMITTED,
            Permission.SEE_INSTRUCTIONS,
            Permission.GIVE_INSTRUCTIONS,
            Permission.CLOSE_INSTRUCTIONS,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.SEE_BACK_OFFICE,
            Permission.SEE_STAFF_NOTES,
            Permission.EDIT_PLAN,
            Permission.MANAGE_UNITS,
            Permission.MANAGE_ACCOUNTS,
        }
    ),
    Role.AUDITOR: frozenset({Permission.SEE_BACK_OFFICE, Permission.SEE_STAFF_NOTES, Permission.READ_AUDIT_TRAIL}),
}


def may(user, permission: Permission) -> bool:
    """Whether this person holds a permission. An outsider holds none."""
    return user.is_active and permission in ROLE_PERMISSIONS.get(getattr(user, "role", ""), frozenset())


def require(user, permission: Permission) -> None:
    """Raise PermissionDenied, with the permission's sentence, unless the person holds it."""
    if not may(user, permission):
        raise PermissionDenied(f"您的角色没有这项权限：{permission.value}。")


NOTHING = Q(pk__in=[])


def visible_accounts(user) -> Q:
    """Everybody's for those who enter the back office, else one's own; as a condition on User."""
    return Q() if may(user, Permission.SEE_BACK_OFFICE) else Q(pk=user.pk)


def visible_events(user) -> Q:
    """The whole audit trail or nothing of it; as a condition on AuditEvent."""
    return Q() if may(user, Permission.READ_AUDIT_TRAIL) else NOTHING
