"""The audit trail: one chain that is only ever added to, and what each act leaves in it."""

import pytest
from django.contrib import admin

from jiaodong.testing.threads import at_once
from units import audit, services
from units.choices import Role, UnitKind
from units.models import AuditEvent, AuditHead, Unit, UnitAlias, UnitGroupMember, User
from units.models.audit import AppendOnlyError
from units.tests.samples import make_group, make_unit, make_user
from units.tests.trail import NOW, events, last, record

pytestmark = pytest.mark.django_db


class TestOneEvent:
    def test_says_who_for_whom_from_where_what_and_when(self) -> None:
        person = make_user(Role.REPORTER, username="liming", last_name="李", first_name="明")
        token = audit.origin.set("10.1.2.3")
        audit.record(person, "提交", person.unit, now=NOW, before="草稿", after="待初审")
        audit.origin.reset(token)
        event = last()
        assert (event.actor, event.actor_key, event.role, event.unit) == (
            "李明（liming）",
            person.pk,
            "填报员",
            "省科技厅",
        )
        assert (event.at, event.address, event.verb) == (NOW, "10.1.2.3", "提交")
        assert (event.subject_kind, event.subject_key, event.subject) == (
            "责任单位",
            str(person.unit.pk),
            "省科技厅",
        )
        assert (event.before, event.after) == ("草稿", "待初审")

    def test_nobody_is_the_command_line_or_in_a_request_an_outsider(self) -> None:
        record()
        assert last().actor == "命令行"
        token = audit.origin.set("")
        record()
        audit.origin.reset(token)
        assert last().actor == "未登录"

    def test_says_the_same_after_account_and_unit_have_changed(self) -> None:
        person = make_user(Role.REPORTER, username="liming")
        audit.record(person, "提交", person.unit, now=NOW)
        User.objects.update(username="other")
        Unit.objects.update(name="省教育厅")
        event = last()
        assert (event.actor, event.unit, event.subject) == ("liming", "省科技厅", "省科技厅")

    def test_of_two_states_it_keeps_what_differs_in_words(self) -> None:
        unit = make_unit()
        old = {"name": "省科技厅", "kind": "provincial", "备注": None, "启用": True}
        new = {"name": "省科技厅", "kind": "city", "备注": NOW, "启用": False}
        audit.record(None, "修改", unit, now=NOW, before=old, after=new)
        assert last().before == '{"类别": "省直部门", "启用": "是"}'
        assert last().after == '{"类别": "市政府", "备注": "2026-10-09 10:00:00", "启用": "否"}'

    def test_long_names_and_damaged_text_are_kept_as_far_as_a_database_can(self) -> None:
        person = make_user(Role.LEADER, username="u" * 150, last_name="李" * 100, first_name="明" * 100)
        audit.record(person, "退回", "题" * 400, now=NOW, after="一\x00二\ud800三")
        event = last()
        assert (len(event.actor), len(event.subject), event.after) == (200, 300, "一␀二?三")
        assert audit.broken_links() == []


class TestChain:
    def test_begins_with_noughts_and_each_names_the_one_before(self) -> None:
        record(3)
        first, second, third = AuditEvent.objects.order_by("number")
        assert [event.number for event in (first, second, third)] == [1, 2, 3]
        assert first.previous_hash == "0" * 64
        assert (second.previous_hash, third.previous_hash) == (first.hash, second.hash)
        assert audit.end_of_chain() == (3, third.hash)

    def test_an_event_of_an_act_that_failed_leaves_no_gap(self) -> None:
        record()
        administrator = make_user(Role.ADMINISTRATOR)
        wrong = Unit(name="省教育厅", short_name="教育厅", slug="Wrong Slug", kind=UnitKind.PROVINCIAL)
        with pytest.raises(Exception, match="网址名"):
            services.save_unit(administrator, unit=wrong, now=NOW)
        record()
        assert [event.number for event in AuditEvent.objects.order_by("number")] == [1, 2]
        assert audit.broken_links() == []


class TestAppendOnly:
    @pytest.fixture
    def event(self) -> AuditEvent:
        record()
        return last()

    @pytest.mark.parametrize(
        "change",
        [
            lambda event: event.save(),
            lambda event: event.save(update_fields=["verb"]),
            lambda event: event.delete(),
            lambda event: AuditEvent.objects.update(verb="x"),
            lambda event: AuditEvent.objects.all().update(verb="x"),
            lambda event: AuditEvent.objects.filter(pk=event.pk).delete(),
            lambda event: AuditEvent.objects.all().delete(),
            lambda event: AuditEvent.objects.bulk_update([event], ["verb"]),
            lambda event: AuditEvent.objects.bulk_create([event]),
            lambda event: AuditEvent.objects.update_or_create(pk=event.pk, defaults={"verb": "x"}),
        ],
        ids=[
            "save",
            "save a field",
            "delete",
            "manager update",
            "queryset update",
            "queryset delete",
            "delete all",
            "bulk update",
            "bulk create",
            "update or create",
        ],
    )
    def test_nothing_changes_or_removes_one(self, event: AuditEvent, change) -> None:
        event.verb = "改过"
        with pytest.raises(AppendOnlyError, match=r"^操作日志"):
            change(event)
        assert events() == [("试写", "对象 0")]
        assert audit.broken_links() == []

    def test_the_back_office_has_no_page_for_it(self) -> None:
        assert not admin.site.is_registered(AuditEvent)
        assert not admin.site.is_registered(AuditHead)


class TestUnderLoad:
    @pytest.mark.django_db(transaction=True)
    def test_twenty_at_once_make_one_chain_without_a_gap(self) -> None:
        at_once(20, lambda number: record(5, verb=f"线程 {number}"))
        assert list(AuditEvent.objects.order_by("number").values_list("number", flat=True)) == list(range(1, 101))
        assert audit.broken_links() == []
        assert {event.verb for event in AuditEvent.objects.all()} == {f"线程 {number}" for number in range(20)}


@pytest.fixture
def administrator() -> User:
    return make_user(Role.ADMINISTRATOR)


class TestVerbsOfUnits:
    """Each act of a person is one event, with what was before and what is after."""

    def test_a_unit_made_changed_and_deleted(self, administrator: User) -> None:
        unit = Unit(name="省科技厅", short_name="科技厅", slug="keji", kind=UnitKind.PROVINCIAL)
        services.save_unit(administrator, unit=unit, now=NOW)
        key = str(unit.pk)
        unit.short_name = "省科技厅"
        services.save_unit(administrator, unit=unit, now=NOW)
        services.save_unit(administrator, unit=unit, now=NOW)  # as it was: nobody did anything
        services.delete_unit(administrator, unit=unit, now=NOW)
        whole = '{"全称": "省科技厅", "简称": "%s", "网址名": "keji", "类别": "省直部门", "排序": "0"}'
        rows = AuditEvent.objects.order_by("number").values_list("actor", "verb", "subject_key", "before", "after")
        assert list(rows) == [
            ("administrator", "新增", key, "", whole % "科技厅"),
            ("administrator", "修改", key, '{"简称": "科技厅"}', '{"简称": "省科技厅"}'),
            ("administrator", "删除", key, whole % "省科技厅", ""),
        ]

    def test_what_goes_with_a_unit_is_counted_in_its_event(self, administrator: User) -> None:
        group = make_group()
        UnitAlias.objects.create(unit=group.unit, name="胶东五市")
        UnitGroupMember.objects.create(group=group, unit=make_unit("青岛市政府"))
        services.delete_unit(administrator, unit=group.unit, now=NOW)
        assert events() == [("删除", "五市政府")]
        assert '"一并删除": "简称、曾用名 1 项、群体 1 项、群体成员 1 项"' in last().before

    def test_an_account_without_its_password(self, administrator: User) -> None:
        person = User(username="liming", role=Role.LEADER)
        services.create_user(administrator, user=person, password="quite-long-enough", now=NOW)
        person.role = Role.OFFICE
        services.save_user(administrator, user=person, now=NOW)
        services.set_password(administrator, user=person, password="another-good-one", now=NOW)
        assert events() == [("新增", "liming"), ("修改", "liming"), ("重设密码", "liming")]
        changed = AuditEvent.objects.get(verb="修改")
        assert (changed.before, changed.after) == ('{"角色": "领导"}', '{"角色": "督查专员"}')
        kept = "".join(event.before + event.after for event in AuditEvent.objects.all())
        assert "密码" not in kept.replace("须更改密码", "")
        assert person.password not in kept

    def test_a_refused_act_is_none(self, administrator: User) -> None:
        make_user(Role.REPORTER, unit=(unit := make_unit()))
        with pytest.raises(Exception, match="不能删除"):
            services.delete_unit(administrator, unit=unit, now=NOW)
        assert events() == []
