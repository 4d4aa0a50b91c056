"""等保自查: what GB/T 22239-2019 asks of a system of level three, held against the settings as they are and the facts.

One row a requirement that this program can judge by itself; what lies with the machine room, the network and the people
is not among them. Each row says what is set, what proves it, and, where it is not met, what to do. Nothing here asks the
database: `Facts` is what it said.
"""

import datetime
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from units.choices import Role
from units.permissions import Permission

DECIDING_ROLES = {Role.OFFICE, Role.ADMINISTRATOR, Role.AUDITOR}
VALIDATORS = {"UserAttributeSimilarity", "MinimumLength", "CommonPassword", "NumericPassword"}
STRONG_HASHERS = ("PBKDF2", "Argon2", "BCrypt", "Scrypt")
PERSONAL = {"username", "last_name", "first_name", "email"}  # what an account says of a person
DAYS_UNUSED, DAYS_FIRST_PASSWORD, HOURS_BACKUP = 180, 30, 26
APART = (  # nobody may hold both
    (Permission.MANAGE_ACCOUNTS, Permission.READ_AUDIT_TRAIL),
    (Permission.MANAGE_ACCOUNTS, Permission.REVIEW_AT_OFFICE),
    (Permission.READ_AUDIT_TRAIL, Permission.WRITE_REPORTS),
)


@dataclass(frozen=True)
class Facts:
    """What the database says at this moment."""

    now: datetime.datetime
    roles_in_use: frozenset[str]
    unused_accounts: int  # switched on, and nobody has logged in for DAYS_UNUSED
    first_passwords: int  # set by an administrator more than DAYS_FIRST_PASSWORD ago and never changed
    events: int
    events_since: datetime.datetime | None
    broken_links: tuple[str, ...]  # of the newest events
    last_backup: datetime.datetime | None
    sessions_left: int  # ended more than a day ago
    personal_fields: frozenset[str]


class Row(NamedTuple):
    """One requirement. `now`: how it is set; `evidence`: what proves it; `mend`: what to do where it is not met."""

    clause: str
    asked: str
    now: str
    evidence: str
    is_met: bool
    mend: str


class Judged(NamedTuple):
    now: str
    evidence: str
    is_met: bool


Rule = Callable[[Any, Facts], Judged]


def judged(settings: Any, facts: Facts, permissions: Mapping[str, Collection[Permission]]) -> list[Row]:
    """Every requirement, in the order of the standard. `settings`: Django's, or anything with the same names."""
    rows = [Row(clause, asked, *rule(settings, facts), mend) for clause, asked, rule, mend in RULES]
    at = next(at for at, row in enumerate(rows) if row.clause == "安全审计")
    clause, asked, mend = APART_ROW
    return [*rows[:at], Row(clause, asked, *duties_apart(permissions), mend), *rows[at:]]


def passwords(settings: Any, facts: Facts) -> Judged:
    names = {one["NAME"].rpartition(".")[2].removesuffix("Validator") for one in settings.AUTH_PASSWORD_VALIDATORS}
    lengths = [one.get("OPTIONS", {}).get("min_length", 8) for one in settings.AUTH_PASSWORD_VALIDATORS]
    shortest = max(lengths, default=0)
    is_met = names >= VALIDATORS and shortest >= 8
    return Judged(f"至少 {shortest} 个字符，{len(names & VALIDATORS)} 项校验", "设密码、改密码时逐项校验", is_met)


def lockout(settings: Any, facts: Facts) -> Judged:
    is_on = any("axes" in one for one in settings.AUTHENTICATION_BACKENDS) and any(
        "axes" in one for one in settings.MIDDLEWARE
    )
    is_met = is_on and 1 <= settings.LOGIN_FAILURE_LIMIT <= 10 and settings.LOGIN_LOCK_MINUTES >= 10
    said = (
        f"连续失败 {settings.LOGIN_FAILURE_LIMIT} 次，锁定 {settings.LOGIN_LOCK_MINUTES} 分钟" if is_on else "未启用"
    )
    return Judged(said, "LOGIN_FAILURE_LIMIT、LOGIN_LOCK_MINUTES；失败和锁定都记入操作日志", is_met)


def idling(settings: Any, facts: Facts) -> Judged:
    is_met = 1 <= settings.SESSION_IDLE_MINUTES <= 30
    return Judged(f"{settings.SESSION_IDLE_MINUTES} 分钟没有操作即退出", "SESSION_IDLE_MINUTES", is_met)


def transport(settings: Any, facts: Facts) -> Judged:
    cookies = settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE
    is_met = bool(cookies and settings.SECURE_SSL_REDIRECT and settings.SECURE_HSTS_SECONDS >= 3600)
    said = "全程 HTTPS" if is_met else "允许不加密的访问"
    return Judged(said, "SECURE_SSL_REDIRECT、SECURE_HSTS_SECONDS、Cookie 的 Secure 标志", is_met)


def second_factor(settings: Any, facts: Facts) -> Judged:
    asked = [Role(role).label for role in Role.values if role in settings.SECOND_FACTOR_ROLES]
    is_met = set(settings.SECOND_FACTOR_ROLES) >= DECIDING_ROLES
    return Judged("、".join(asked) or "都不要求", "SECOND_FACTOR_ROLES", is_met)


def used_accounts(settings: Any, facts: Facts) -> Judged:
    count = facts.unused_accounts
    return Judged(f"{count} 个账号 {DAYS_UNUSED} 天没有登录而未停用", "账号的最近登录时间", count == 0)


def first_passwords(settings: Any, facts: Facts) -> Judged:
    count = facts.first_passwords
    said = f"{count} 个账号满 {DAYS_FIRST_PASSWORD} 天仍未更改首个密码"
    return Judged(said, "首次登录须更改密码；创建时间和更改标志", count == 0)


def three_persons(settings: Any, facts: Facts) -> Judged:
    missing = [role.label for role in (Role.ADMINISTRATOR, Role.AUDITOR) if role not in facts.roles_in_use]
    said = f"缺{'、'.join(missing)}" if missing else "系统管理员、审计员都有人担任"
    return Judged(said, "启用中的账号", not missing)


def duties_apart(permissions: Mapping[str, Collection[Permission]]) -> Judged:
    both = [Role(role).label for role, held in permissions.items() if any(set(pair) <= set(held) for pair in APART)]
    said = f"{'、'.join(both)}兼有应当分离的权限" if both else "管理、业务、审计三权分立，无人兼有"
    return Judged(said, "各角色的权限表，每次检查都以它为准", not both)


def trail(settings: Any, facts: Facts) -> Judged:
    said = f"共 {facts.events} 条" + (f"，最早 {facts.events_since:%Y-%m-%d}" if facts.events_since else "")
    return Judged(said, "登录、业务、管理和被拒绝的操作都记录，只能追加", facts.events > 0)


def chain(settings: Any, facts: Facts) -> Judged:
    said = facts.broken_links[0] if facts.broken_links else "首尾相接，没有缺失和改动"
    return Judged(said, "最近 1000 条的校验值，打开本页时重算；全部重算用 verify_audit", not facts.broken_links)


def closed(settings: Any, facts: Facts) -> Judged:
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].values()
    loose = any("unsafe" in source or "*" in source for sources in directives for source in sources)
    wrong = [
        name
        for name, is_wrong in (
            ("调试已打开", settings.DEBUG),
            ("允许任意域名", not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS),
            ("内容安全策略有例外", loose),
            ("演示状态", settings.IS_DEMO),
        )
        if is_wrong
    ]
    said = "、".join(wrong) or "调试关闭，域名限定，内容安全策略无例外"
    return Judged(said, "DEBUG、ALLOWED_HOSTS、DEMO、CONTENT_SECURITY_POLICY", not wrong)


def limits(settings: Any, facts: Facts) -> Judged:
    most = (settings.LOGINS_PER_MINUTE, settings.SEARCHES_PER_MINUTE, settings.EXPORTS_PER_MINUTE)
    is_shared = "locmem" not in settings.CACHES["shared"]["BACKEND"]
    said = f"每分钟登录 {most[0]}、搜索 {most[1]}、导出 {most[2]} 次" if all(most) else "有一项不限"
    return Judged(
        said + ("" if is_shared else "，各进程各自计数"), "超过的得到 429 和何时再试的说明", all(most) and is_shared
    )


def signing(settings: Any, facts: Facts) -> Judged:
    length = len(settings.SECRET_KEY)
    return Judged(f"签名密钥 {length} 个字符", "会话、表单和导出文件的校验码", length >= 50)


def hashing(settings: Any, facts: Facts) -> Judged:
    name = settings.PASSWORD_HASHERS[0].rpartition(".")[2].removesuffix("PasswordHasher")
    return Judged(f"口令以 {name} 加盐散列保存", "数据库中没有明文口令", name.startswith(STRONG_HASHERS))


def backup(settings: Any, facts: Facts) -> Judged:
    at = facts.last_backup
    hours = int((facts.now - at).total_seconds() // 3600) if at else None
    said = "还没有备份过" if hours is None else f"最近一次在 {hours} 小时以前"
    return Judged(said, "操作日志里的备份记录", hours is not None and hours <= HOURS_BACKUP)


def sessions(settings: Any, facts: Facts) -> Judged:
    return Judged(f"{facts.sessions_left} 个过期的登录状态未清除", "会话表", facts.sessions_left == 0)


def personal(settings: Any, facts: Facts) -> Judged:
    more = sorted(facts.personal_fields - PERSONAL)
    said = f"多出 {'、'.join(more)}" if more else "只有账号、姓名和邮箱"
    return Judged(said, "账号表的各栏；公开页面不出现个人", not more)


RULES: list[tuple[str, str, Rule, str]] = [
    ("身份鉴别", "口令有复杂度要求", passwords, "恢复四项口令校验，最短不少于 8 个字符。"),
    ("身份鉴别", "登录失败有限制", lockout, "失败不超过 10 次即锁定，锁定不少于 10 分钟。"),
    ("身份鉴别", "登录超时自动退出", idling, "把 SESSION_IDLE_MINUTES 设为 1 到 30。"),
    ("身份鉴别", "鉴别信息传输时防窃听", transport, "以正式环境运行，并打开 HTTPS 的各项设置。"),
    ("身份鉴别", "两种以上鉴别技术", second_factor, "SECOND_FACTOR_ROLES 至少列入督查专员、系统管理员、审计员。"),
    ("访问控制", "停用多余的、过期的账号", used_accounts, "请系统管理员在后台停用，或督促本人登录。"),
    ("访问控制", "修改默认口令", first_passwords, "请本人登录更改，或停用该账号。"),
    ("访问控制", "管理员与审计员分设", three_persons, "请系统管理员在后台为不同的人开立账号。"),
    ("安全审计", "审计覆盖每个用户", trail, "没有一条记录不是正常情况，请核对数据库。"),
    ("安全审计", "审计记录受保护，防删除和篡改", chain, "立即保全数据库和备份，运行 verify_audit 查明范围。"),
    ("入侵防范", "关闭不需要的功能", closed, "按左栏逐项改回：正式环境不开调试和演示，域名逐个列出。"),
    ("入侵防范", "限制过度使用", limits, "三项都设为正数，SHARED_CACHE_URL 用 dbcache://shared_cache。"),
    ("数据完整性", "存储和传输中校验完整性", signing, "换用至少 50 个随机字符的 SECRET_KEY。"),
    ("数据保密性", "鉴别数据加密存储", hashing, "把 PBKDF2 或更强的算法放在 PASSWORD_HASHERS 首位。"),
    ("数据备份恢复", "本地数据备份与恢复", backup, "运行备份，并检查每天的定时任务。"),
    ("剩余信息保护", "鉴别信息所在空间及时清除", sessions, "每天运行 manage.py clearsessions。"),
    ("个人信息保护", "只采集必需的个人信息", personal, "删去多出的栏，或说明必要性后列入清单。"),
]
APART_ROW = ("访问控制", "最小权限，管理用户权限分离", "从 units/permissions.py 的权限表中去掉兼有的权限。")
