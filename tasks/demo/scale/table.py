"""An allocation table of any length, invented from dice: fields, main tasks, measures and who answers for them."""

import datetime
from collections.abc import Iterator

from tasks.choices import DutyRole, Halt, RollUp
from tasks.demo.scale.storing import store
from tasks.demo.stage import Stage
from tasks.models import Duty, Field, MainTask, Measure, Plan
from units.choices import UnitKind
from units.models import Unit, UnitGroup

DAYS = datetime.timedelta
FIELDS = ("基础设施", "科技创新和产业发展", "对外开放", "生态环保", "公共服务", "要素配置", "组织保障")
BASIS = "虚构，用于规模测试"
VERBS = ("推进", "完善", "建立", "扩大", "优化", "提升", "试行", "统筹")
THINGS = (
    "跨市公共交通一卡通", "海洋观测数据共享", "港口集疏运铁路", "社会保障异地办理", "近岸海域水质监测",
    "产业园区合作共建", "人才资格互认", "应急物资联合储备", "信用信息互通", "文旅线路联合推介",
)  # fmt: skip
ENDS = ("形成工作清单并按季更新", "印发实施方案并明确时间节点", "完成首批试点并总结推广", "建立联席会商和信息报送机制")
PATTERNS = (  # roles of a measure's duties in their order, and how often of a hundred; 2.5 duties a measure
    (("shared", "shared"), 26),
    (("shared", "shared", "shared"), 30),
    (("lead", "responsible", "cooperate"), 16),
    (("lead", "cooperate", "cooperate"), 7),
    (("responsible",), 16),
    (("several",) * 5, 5),  # the five cities
)
MEASURES_A_TASK = 3
SUSPENDED, ONGOING, UNDATED, LED = 0.01, 0.3, 0.05, 0.1  # shares


def make_plan(slug: str, measures: int) -> Plan:
    return Plan.objects.create(slug=slug, title=f"规模测试分工表（虚构，{measures} 项）", source_name="（虚构）")


def make_table(stage: Stage, count: int) -> None:
    """`count` measures of `stage.plan`."""
    Field.objects.bulk_create(
        Field(plan=stage.plan, position=position, name=name, basis=BASIS) for position, name in enumerate(FIELDS, 1)
    )
    store(main_tasks(stage, count))
    store(measures(stage, count))
    store(duties(stage))


def main_tasks(stage: Stage, count: int) -> Iterator[MainTask]:
    fields = list(Field.objects.filter(plan=stage.plan).order_by("position"))
    total = -(-count // MEASURES_A_TASK)
    for number in range(1, total + 1):
        field = fields[(number - 1) * len(fields) // total]
        yield MainTask(
            plan=stage.plan, number=number, title=f"{stage.dice.choice(THINGS)}（第 {number} 项）", field=field
        )


def measures(stage: Stage, count: int) -> Iterator[Measure]:
    keys = MainTask.objects.filter(plan=stage.plan).order_by("number").values_list("pk", "number")
    left = count
    for key, number in keys.iterator():
        for order in range(1, min(MEASURES_A_TASK, left) + 1):
            yield measure(stage, key, number, order)
        left -= MEASURES_A_TASK


def measure(stage: Stage, main_task: int, number: int, order: int) -> Measure:
    dice = stage.dice
    starts_on, due_on, is_ongoing = dates(stage)
    thing, count = dice.choice(THINGS), dice.randint(2, 12)
    return Measure(
        main_task_id=main_task,
        order=order,
        text=f"{dice.choice(VERBS)}{thing}，{dice.choice(ENDS)}，涉及 {count} 个事项。（虚构 {number}-{order}）",
        responsibility_text="（虚构）有关单位按职责分工负责",
        starts_on=starts_on,
        due_on=due_on,
        original_due_on=due_on,
        is_ongoing=is_ongoing,
        roll_up=RollUp.LEAD_DECIDES if dice.random() < LED else RollUp.WORST,
        halted=Halt.SUSPENDED if dice.random() < SUSPENDED else "",
    )


def dates(stage: Stage) -> tuple[datetime.date | None, datetime.date | None, bool]:
    """Begin, due date, whether ongoing. Due from three months ago to three years ahead."""
    share = stage.dice.random()
    if share < ONGOING + UNDATED:
        return None, None, share < ONGOING
    return stage.starts_on, stage.today + DAYS(stage.dice.randint(-90, 1000)), False


def duties(stage: Stage) -> Iterator[Duty]:
    """The cities answer together, as members of their group; all others by the dice."""
    units = list(Unit.objects.exclude(kind__in=(UnitKind.GROUP, UnitKind.CITY)).values_list("pk", flat=True))
    group = UnitGroup.objects.filter(is_closed=True).first()
    cities = list(group.members.values_list("pk", flat=True)) if group else units[:5]
    patterns, weights = zip(*PATTERNS, strict=True)
    for key in (
        Measure.objects.filter(main_task__plan=stage.plan).order_by("pk").values_list("pk", flat=True).iterator()
    ):
        roles = stage.dice.choices(patterns, weights)[0]
        together = roles[0] == DutyRole.SEVERAL
        who = cities if together else stage.dice.sample(units, len(roles))
        for position, (role, unit) in enumerate(zip(roles, who, strict=True), start=1):
            yield Duty(
                measure_id=key, unit_id=unit, role=role, position=position, via_group=group if together else None
            )
