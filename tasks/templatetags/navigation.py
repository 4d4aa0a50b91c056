"""The main navigation, from what the reader may do and where the reader is; drawn once for equal readers at equal places."""

from collections.abc import Collection, Iterator
from functools import lru_cache
from html import escape
from typing import NamedTuple

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString

from tasks.models import Plan
from units.models import Unit

register = template.Library()

TABLES = ("import", "names", "places", "difference", "abandon", "return", "file")
PERIODS = (
    "period", "period-open", "period-change", "period-withdraw", "period-filing", "period-freeze", "plan-cadence",
    "report-correct",
)  # fmt: skip


class Reader(NamedTuple):
    """`plan` and `unit` are slugs, empty where there is none; `in_plan` is what an address of units needs to stay in a plan."""

    permits: frozenset[str]
    plan: str
    unit: str
    in_plan: str


class Entry(NamedTuple):
    """Its words, where it leads, the routes that are its page, and those whose pages lie under it."""

    words: str
    url: str
    pages: tuple[str, ...]
    under: tuple[str, ...] = ()

    def drawn(self, here: str) -> str:
        current = "page" if here in self.pages else "true" if here in self.under else ""
        mark = f' aria-current="{current}"' if current else ""
        return f'<a href="{escape(self.url)}"{mark}>{self.words}</a>'


@register.simple_tag
def navigation(here: str, plan: Plan | None, unit: Unit | None, permits: Collection[str], in_plan: str) -> SafeString:
    """`here` is the name of the route; what a page does not know is empty."""
    reader = Reader(frozenset(permits), plan.slug if plan else "", unit.slug if unit else "", in_plan)
    return drawn(reader, here or "")


@lru_cache(maxsize=1024)  # a kilobyte or two each
def drawn(reader: Reader, here: str) -> SafeString:
    links = "".join(entry.drawn(here) for entry in entries(reader))
    managing = list(management(reader))
    if managing:
        is_here = any(here in (*entry.pages, *entry.under) for entry in managing)
        links += (
            f'<details class="menu"><summary class="dropdown-toggle{" is-here" if is_here else ""}">管理</summary>'
            f'<div class="dropdown-menu show">{"".join(entry.drawn(here) for entry in managing)}</div></details>'
        )
    return SafeString(links + "".join(entry.drawn(here) for entry in watching(reader)))


def entries(reader: Reader) -> Iterator[Entry]:
    permits, plan = reader.permits, reader.plan
    manages = "MANAGE_PERIODS" in permits
    if plan and "READ_SUBMITTED" in permits:
        under = ("unit-dashboard", "coordination", "stocktake", "stocktake-wording")
        filing = () if manages else ("period-filing",)
        yield Entry("看板", reverse("dashboard", args=[plan]), ("dashboard",), under + filing)
    if "WRITE_REPORTS" in permits:
        yield Entry("工作台", reverse("workbench"), ("workbench",), ("report", "uploads", "upload", "change-set"))
    if permits & {"REVIEW_AT_UNIT", "REVIEW_AT_OFFICE"}:
        lists = ("review", "completion-queue", "extension-queue", "review-returned")
        under = ("review-report", "review-pass", "completion-claim", "extension-request")
        yield Entry("审核", reverse("review"), lists, under)
    if plan and reader.unit and "READ_SUBMITTED" not in permits and "SEE_STAFF_NOTES" in permits:
        url = reverse("unit-dashboard", args=[plan, reader.unit])
        yield Entry("本单位看板", url, ("unit-dashboard",), ("period-filing",))
    yield Entry("总览", reverse("plan", args=[plan]) if plan else reverse("home"), ("home", "plan"))
    under = ("task", "measure", "completion", "extension", "measure-settings", "measure-reopen", "light")
    tasks = reverse("plan-tasks", args=[plan]) if plan else reverse("tasks")
    yield Entry("任务清单", tasks, ("plan-tasks", "tasks"), under)
    if plan and "SEE_STAFF_NOTES" in permits:
        under = ("compare", "exports", "ledger-views", "ledger-view-rename", "ledger-view-delete")
        yield Entry("台账", reverse("ledger", args=[plan]), ("ledger",), under)
    yield Entry("责任单位", reverse("unit-list") + reader.in_plan, ("unit-list",), ("unit",))
    if plan and "SEE_INSTRUCTIONS" in permits:
        url = reverse("instructions", args=[plan])
        yield Entry("批示", url, ("instructions",), ("instruction", "instruction-new"))


def management(reader: Reader) -> Iterator[Entry]:
    """What opens under 管理."""
    permits, plan = reader.permits, reader.plan
    if not plan or "MANAGE_PERIODS" not in permits:
        return
    yield Entry("期次", reverse("periods", args=[plan]), ("periods",), PERIODS)
    yield Entry("公开", reverse("publishing", args=[plan]), ("publishing",), ("publish", "unpublish"))
    yield Entry("判定规则", reverse("light-rules", args=[plan]), ("light-rules",), ("light-rule-new",))
    yield Entry("调整记录", reverse("amendments", args=[plan]), ("amendments",))
    if "IMPORT_TABLES" in permits:
        under = tuple(f"table-{name}" for name in TABLES)
        yield Entry("导入分工表", reverse("table-imports"), ("table-imports",), under)


def watching(reader: Reader) -> Iterator[Entry]:
    if "READ_AUDIT_TRAIL" in reader.permits:
        yield Entry("操作日志", reverse("audit"), ("audit",))
    if reader.permits & {"READ_AUDIT_TRAIL", "MANAGE_ACCOUNTS"}:
        yield Entry("等保自查", reverse("protection"), ("protection",))
