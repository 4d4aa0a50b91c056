"""移交: all that a person leaves open goes to another of the same post, exactly as previewed."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from tasks.choices import ReportState
from tasks.models import ExtensionRequest
from tasks.permissions import can_move
from tasks.queries.handover import open_items
from tasks.services import closing, reporting
from tasks.services.handover import hand_over
from tasks.tests.journeys import YEAR_END, asked, claimed, drafted, returned, submitted
from tasks.tests.people import NOW, Stage, content, make_user
from units.audit import broken_links
from units.choices import Role
from units.models import AuditEvent, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def successor(stage: Stage) -> User:
    return make_user("接任填报员", Role.REPORTER, stage.reporter.unit)


def request(stage: Stage) -> ExtensionRequest:
    year_end = {"due_on": YEAR_END}
    closing.amend_measure(stage.office, measure=stage.measure, changes=year_end, reason="年度计划", now=NOW)
    return asked(stage)


def act(stage: Stage, to: User, *, person: User | None = None, keys=None, ends_account: bool = True):
    person = person or stage.reporter
    keys = open_items(person).keys if keys is None else keys
    return hand_over(stage.administrator, person=person, successor=to, keys=keys, ends_account=ends_account, now=NOW)


def refusal(*arguments, **given) -> list[str]:
    with pytest.raises(ValidationError) as refused:
        act(*arguments, **given)
    return refused.value.messages


class TestWhatIsOpen:
    def test_drafts_returned_ones_claims_and_requests_each_once(self, stage: Stage) -> None:
        report, first, second = returned(stage), claimed(stage), request(stage)
        items = open_items(stage.reporter)
        assert (items.drafts, items.returned, items.claims, items.requests) == ([], [report], [first], [second])
        assert items.keys == {
            f"progressreport-{report.pk}",
            f"completionclaim-{first.pk}",
            f"extensionrequest-{second.pk}",
        }
        assert items.counts() == [
            ("填报草稿", 0),
            ("被退回的填报", 1),
            ("待核验的办结申请", 1),
            ("待决定的延期申请", 1),
        ]
        duty = "举措 1-1　省交通运输厅（按职责分工）"
        assert items.lines() == [
            ("被退回的填报", f"2026年三季度　{duty}"),
            ("办结申请", duty),
            ("延期申请", duty),
        ]

    def test_not_what_waits_for_others_is_decided_or_frozen(self, stage: Stage) -> None:
        submitted(stage)
        first = claimed(stage)
        closing.return_completion(stage.office, claim=first, reason="缺验收文件", now=NOW)
        assert open_items(stage.reporter).rows == []
        drafted(stage, stage.other_duty, by=stage.other_reporter)
        stage.period.frozen_at, stage.period.frozen_by = NOW, stage.office
        stage.period.save()
        assert open_items(stage.other_reporter).rows == []

    def test_not_what_another_role_or_unit_has_left_behind(self, stage: Stage) -> None:
        drafted(stage)
        claimed(stage)
        stage.reporter.unit = stage.other_reporter.unit
        assert open_items(stage.reporter).rows == []

    def test_three_queries_however_much_there_is(self, stage: Stage, django_assert_num_queries) -> None:
        with django_assert_num_queries(3):
            open_items(stage.reporter)
        returned(stage), claimed(stage), request(stage)
        with django_assert_num_queries(3):
            open_items(stage.reporter).lines()


class TestMoving:
    def test_everything_goes_and_the_account_ends(self, stage: Stage, successor: User) -> None:
        report, first, second = returned(stage), claimed(stage), request(stage)
        act(stage, successor)
        for row in (report, first, second, stage.reporter):
            row.refresh_from_db()
        assert (report.written_by, first.claimed_by, second.requested_by) == (successor,) * 3
        assert (report.state, report.progress, stage.reporter.is_active) == (
            ReportState.RETURNED,
            content()["progress"],
            False,
        )
        assert open_items(successor).keys == {
            f"progressreport-{report.pk}",
            f"completionclaim-{first.pk}",
            f"extensionrequest-{second.pk}",
        }

    def test_one_event_that_lists_it_all(self, stage: Stage, successor: User) -> None:
        drafted(stage)
        before = AuditEvent.objects.count()
        act(stage, successor)
        event = AuditEvent.objects.first()
        assert AuditEvent.objects.count() == before + 1
        assert (event.actor, event.verb, event.subject) == ("管理员", "移交", "交通填报员")
        assert event.before == (
            '{"填报草稿": "1 项", "名单": "填报草稿　2026年三季度　举措 1-1　省交通运输厅（按职责分工）"}'
        )
        assert event.after == '{"移交给": "接任填报员", "原账号": "停用"}'
        assert broken_links() == []

    def test_the_successor_goes_on_and_hands_in(self, stage: Stage, successor: User) -> None:
        report = drafted(stage)
        act(stage, successor)
        report.refresh_from_db()
        done = reporting.submit_report(successor, report=report, version=report.version, now=NOW)
        assert (done.state, done.submitted_by) == (ReportState.SUBMITTED, successor)

    def test_the_account_may_stay(self, stage: Stage, successor: User) -> None:
        drafted(stage)
        act(stage, successor, ends_account=False)
        stage.reporter.refresh_from_db()
        assert stage.reporter.is_active

    def test_what_is_handed_in_keeps_the_name_of_its_writer(self, stage: Stage, successor: User) -> None:
        report = submitted(stage)
        act(stage, successor)
        report.refresh_from_db()
        assert (report.written_by, report.submitted_by) == (stage.reporter, stage.reporter)

    def test_twice_is_once(self, stage: Stage, successor: User) -> None:
        drafted(stage)
        keys = open_items(stage.reporter).keys
        act(stage, successor, keys=keys)
        count = AuditEvent.objects.count()
        act(stage, successor, keys=keys)
        assert AuditEvent.objects.count() == count

    def test_nothing_open_but_the_account(self, stage: Stage, successor: User) -> None:
        act(stage, successor)
        stage.reporter.refresh_from_db()
        assert not stage.reporter.is_active


class TestRefusal:
    def test_the_list_has_changed_since_the_preview(self, stage: Stage, successor: User) -> None:
        report = drafted(stage)
        keys = open_items(stage.reporter).keys
        claimed(stage)
        changed = ["需要移交的事项在您查看以后有了变化，没有移交。请重新核对下面的名单，再确认。"]
        assert refusal(stage, successor, keys=keys) == changed
        assert refusal(stage, successor, keys=[]) == changed
        report.refresh_from_db()
        assert report.written_by == stage.reporter

    def test_somebody_who_holds_another_post(self, stage: Stage) -> None:
        drafted(stage)
        sentence = ["接手人须与移交人同一单位、同一角色，请另选接手人。"]
        for other in (stage.other_reporter, stage.reviewer, stage.office):
            assert refusal(stage, other) == sentence
        assert refusal(stage, stage.reporter) == ["不能移交给本人，请另选接手人。"]

    def test_somebody_who_cannot_log_in(self, stage: Stage, successor: User) -> None:
        drafted(stage)
        successor.is_active = False
        successor.save()
        assert refusal(stage, successor) == ["接手人的账号已停用，请先启用或另选接手人。"]

    def test_nothing_to_do(self, stage: Stage, successor: User) -> None:
        assert refusal(stage, successor, ends_account=False) == [
            "没有需要移交的事项。只停用账号的，请勾选“同时停用原账号”。"
        ]

    def test_nobody_then_decides_on_their_own_text(self, stage: Stage) -> None:
        """The Office writes for open groups and decides on every report; its text bears another name now."""
        report = drafted(stage, stage.group_duty, by=stage.office)
        act(stage, stage.second_office, person=stage.office, ends_account=False)
        report.refresh_from_db()
        report = reporting.submit_report(stage.second_office, report=report, version=report.version, now=NOW)
        stage.office.refresh_from_db()
        for person in (stage.office, stage.second_office):
            assert not can_move(person, "approve_report", report)

    def test_the_last_administrator_stays(self, stage: Stage) -> None:
        second = make_user("第二管理员", Role.ADMINISTRATOR, None)
        assert refusal(stage, second, person=stage.administrator) == [
            "不能修改自己的角色、单位和启用状态，请由另一位系统管理员办理。"
        ]

    def test_nobody_but_an_administrator(self, stage: Stage, successor: User) -> None:
        for name, person in stage.everybody.items():
            if name != "administrator":
                with pytest.raises(PermissionDenied):
                    hand_over(person, person=stage.reporter, successor=successor, keys=[], ends_account=True, now=NOW)


class TestPage:
    @pytest.fixture
    def client(self, stage: Stage) -> Client:
        client = Client()
        client.force_login(stage.administrator)
        return client

    def address(self, stage: Stage) -> str:
        return f"/accounts/{stage.reporter.pk}/handover/"

    def test_reached_from_the_account(self, stage: Stage, client: Client) -> None:
        html = client.get(f"/admin/units/user/{stage.reporter.pk}/change/").content.decode()
        assert f'<a href="{self.address(stage)}">移交给他人</a>' in html

    def test_for_administrators_alone(self, stage: Stage, successor: User) -> None:
        for name, person in stage.everybody.items():
            client = Client()
            client.force_login(person)
            assert client.get(self.address(stage)).status_code == (200 if name == "administrator" else 403)
        assert Client().get(self.address(stage)).status_code == 302

    def test_first_the_list_then_the_choice_then_exactly_that_list(
        self, stage: Stage, successor: User, client: Client
    ) -> None:
        report = drafted(stage)
        first = client.get(self.address(stage))
        assert not first.context["is_preview"]
        assert list(first.context["form"].fields["successor"].queryset) == [successor]
        chosen = {"successor": successor.pk, "switch_off": "on"}
        preview = client.get(self.address(stage), chosen)
        html = preview.content.decode()
        assert preview.context["is_preview"]
        assert f'<input type="hidden" name="item" value="progressreport-{report.pk}">' in html
        assert "移交 1 项</button>" in html
        done = client.post(self.address(stage), chosen | {"item": [f"progressreport-{report.pk}"]}, follow=True)
        assert done.redirect_chain == [(f"/admin/units/user/{stage.reporter.pk}/change/", 302)]
        assert [str(message) for message in done.context["messages"]] == ["已移交给 接任填报员。"]
        report.refresh_from_db()
        assert report.written_by == successor

    def test_with_nothing_open_only_the_account_is_spoken_of(self, stage: Stage, successor: User, client: Client):
        url = self.address(stage)
        asked = {"successor": successor.pk, "switch_off": "on"}
        assert "只停用原账号</button>" in client.get(url, asked).content.decode()
        done = client.post(url, asked, follow=True)
        assert [str(message) for message in done.context["messages"]] == ["没有要移交的事项，账号已停用。"]
        stage.reporter.refresh_from_db()
        assert not stage.reporter.is_active

    def test_a_refusal_shows_the_new_list_and_keeps_the_choice(
        self, stage: Stage, successor: User, client: Client
    ) -> None:
        drafted(stage)
        answer = client.post(self.address(stage), {"successor": successor.pk, "switch_off": "on", "item": []})
        assert answer.context["form"].non_field_errors() == [
            "需要移交的事项在您查看以后有了变化，没有移交。请重新核对下面的名单，再确认。"
        ]
        assert "移交 1 项</button>" in answer.content.decode()

    @pytest.mark.parametrize("chosen", ["", "0", "x"])
    def test_no_choice_or_a_wrong_one(self, stage: Stage, successor: User, client: Client, chosen: str) -> None:
        answer = client.get(self.address(stage), {"successor": chosen})
        assert not answer.context["is_preview"]
        assert set(answer.context["form"].errors) == {"successor"}

    def test_nobody_to_take_over(self, stage: Stage, client: Client) -> None:
        assert "没有可以接手的人" in client.get(self.address(stage)).content.decode()

    def test_no_such_account(self, stage: Stage, client: Client) -> None:
        assert client.get("/accounts/999999/handover/").status_code == 404
