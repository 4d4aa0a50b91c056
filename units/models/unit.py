"""Who can be responsible: units, their other names, and the groups a table calls by one name."""

import datetime

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from units.choices import UnitKind

slug_rule = RegexValidator(r"^[a-z0-9]+(-[a-z0-9]+)*$", "网址名只能用小写字母、数字和中间的连字符。")


class UnitQuerySet(models.QuerySet):
    def get_by_natural_key(self, name: str) -> "Unit":
        return self.get(name=name)


class Unit(models.Model):
    """责任单位. A group (群体) is a unit too, so that an open one (各执法部门) can hold a duty."""

    name = models.CharField("全称", max_length=100, unique=True, help_text="与分工表中的写法一致")
    short_name = models.CharField("简称", max_length=50)
    slug = models.CharField("网址名", max_length=60, unique=True, validators=[slug_rule])
    kind = models.CharField("类别", max_length=12, choices=UnitKind)
    position = models.PositiveIntegerField("排序", default=0)

    history = HistoricalRecords(table_name="units_unit_history")
    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "责任单位"
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=UnitKind.values),
                name="unit_kind_known",
                violation_error_message="单位类别不在规定范围内。",
            ),
            models.CheckConstraint(
                condition=~Q(name=""), name="unit_name_given", violation_error_message="请填写单位全称。"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.name,)


class UnitAliasManager(models.Manager):
    def get_by_natural_key(self, name: str) -> "UnitAlias":
        return self.get(name=name)


class UnitAlias(models.Model):
    """简称、曾用名: another name under which a table may call a unit."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="aliases", verbose_name="单位")
    name = models.CharField("简称、曾用名", max_length=100, unique=True)

    history = HistoricalRecords(table_name="units_alias_history")
    objects = UnitAliasManager()

    class Meta:
        verbose_name = verbose_name_plural = "简称、曾用名"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.name,)

    natural_key.dependencies = ["units.unit"]


class UnitGroupManager(models.Manager):
    def get_by_natural_key(self, name: str) -> "UnitGroup":
        return self.get(unit__name=name)


class UnitGroup(models.Model):
    """群体称谓. A closed group expands to its members; an open one (各…, 有关…) never does."""

    unit = models.OneToOneField(
        Unit, models.CASCADE, related_name="group", verbose_name="名称", limit_choices_to={"kind": UnitKind.GROUP}
    )
    is_closed = models.BooleanField("成员固定", default=False, help_text="成员固定的群体按成员展开为各单位的职责")
    members = models.ManyToManyField(Unit, through="UnitGroupMember", related_name="groups", verbose_name="成员")

    history = HistoricalRecords(table_name="units_group_history")
    objects = UnitGroupManager()

    class Meta:
        verbose_name = verbose_name_plural = "群体"
        ordering = ["unit__position"]

    def __str__(self) -> str:
        return self.unit.name

    def natural_key(self) -> tuple[str]:
        return self.unit.natural_key()

    natural_key.dependencies = ["units.unit"]


class UnitGroupMemberQuerySet(models.QuerySet):
    def get_by_natural_key(self, group: str, unit: str, since_on: str | None) -> "UnitGroupMember":
        return self.get(group__unit__name=group, unit__name=unit, since_on=since_on)

    def on(self, day: datetime.date) -> "UnitGroupMemberQuerySet":
        """Members on a day; both ends included, an empty end is open."""
        begun, lasting = Q(since_on=None) | Q(since_on__lte=day), Q(until_on=None) | Q(until_on__gte=day)
        return self.filter(begun & lasting)

    def cities_on(self, day: datetime.date) -> "UnitGroupMemberQuerySet":
        """The cities among the members of closed groups on a day."""
        return self.on(day).filter(group__is_closed=True, unit__kind=UnitKind.CITY)


class UnitGroupMember(models.Model):
    """群体成员, from a day to a day; an empty day means without that limit."""

    group = models.ForeignKey(UnitGroup, models.CASCADE, related_name="memberships", verbose_name="群体")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="memberships", verbose_name="成员单位")
    since_on = models.DateField("加入日期", null=True, blank=True)
    until_on = models.DateField("退出日期", null=True, blank=True)

    history = HistoricalRecords(table_name="units_member_history")
    objects = UnitGroupMemberQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "群体成员"
        ordering = ["unit__position"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "unit", "since_on"],
                name="member_once",
                violation_error_message="该单位从同一天起已是这个群体的成员。",
            ),
            models.UniqueConstraint(  # SQL holds two empty days for different ones
                fields=["group", "unit"],
                condition=Q(since_on=None),
                name="member_once_undated",
                violation_error_message="该单位已是这个群体的成员。",
            ),
            models.CheckConstraint(
                condition=Q(since_on=None) | Q(until_on=None) | Q(until_on__gte=F("since_on")),
                name="member_until_after_since",
                violation_error_message="退出日期不能早于加入日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group}：{self.unit}"

    def natural_key(self) -> tuple[str, str, datetime.date | None]:
        return (*self.group.natural_key(), *self.unit.natural_key(), self.since_on)

    natural_key.dependencies = ["units.unit", "units.unitgroup"]
