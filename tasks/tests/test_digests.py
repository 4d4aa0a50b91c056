"""待办邮件: at most one a person and day, in working hours, about one's own work alone; off unless asked for."""

import datetime
from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from jiaodong.testing.mail import MailServer, mail_server
from jiaodong.testing.threads import at_once
from tasks.choices import DigestState
from tasks.models import Digest
from tasks.queries import digests as queries
from tasks.services import digests, reporting
from tasks.tests.people import NOW, TODAY, Stage, content, make_stage
from units.models import AuditEvent, User


@pytest.fixture
def post(settings, monkeypatch) -> Iterator[MailServer]:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.DIGESTS, settings.SITE_URL, settings.DEFAULT_FROM_EMAIL = True, "https://x.cn", "jiaodong@x.cn"
        yield server


def with_addresses(stage: Stage) -> Stage:
    for number, user in enumerate(stage.everybody.values()):
        User.objects.filter(pk=user.pk).update(email=f"{number}@x.cn")
    return stage


@pytest.fixture
def people(stage: Stage) -> Stage:
    """Two reporters (0, 2) have something to write, the two of the Office (3, 4) keep the open group's row."""
    return with_addresses(stage)


def run() -> str:
    said = StringIO()
    call_command("send_digests", stdout=said)
    return said.getvalue().strip()


class TestWhat:
    def test_each_is_told_of_their_own_work_alone(self, people: Stage, post: MailServer) -> None:
        report = reporting.save_draft(
            people.reporter, duty=people.duty, period=people.period, content=content(), version=None, now=NOW
        )
        reporting.submit_report(people.reporter, report=report, version=report.version, now=NOW)
        assert run() == "发出 4 封，没有发出 0 封。"
        assert {mail["To"]: mail["Subject"] for mail in post.taken} == {
            "1@x.cn": "待办：1 项填报待审核",
            "2@x.cn": "待办：1 项要填报",
            "3@x.cn": "待办：1 项要填报",
            "4@x.cn": "待办：1 项要填报",
        }

    def test_it_names_number_date_and_page_and_quotes_nothing(self, people: Stage, post: MailServer) -> None:
        run()
        text = post.taken[0].get_content().replace("\r\n", "\n")
        assert "交通填报员，您好：" in text
        assert "- 1 项要填报，最近的截止日期是 2026年10月15日\n  https://x.cn/workbench/" in text
        assert "https://x.cn/account/" in text
        assert people.measure.text not in text
        assert post.taken[0]["From"] == "jiaodong@x.cn"

    def test_the_numbers_are_those_of_the_pages(self, people: Stage) -> None:
        for user in (people.reporter, people.office):
            (task,) = queries.tasks_of(user, TODAY)
            client = Client()
            client.force_login(user)
            assert (task.count, task.route) == (1, "workbench")
            assert client.get("/workbench/").context["bench"].lists["due"].count == 1


class TestWhen:
    @pytest.mark.parametrize(
        ("moment", "is_working"),
        [
            ((2026, 10, 9, 9, 0), True),
            ((2026, 10, 9, 16, 59), True),
            ((2026, 10, 9, 8, 59), False),
            ((2026, 10, 9, 17, 0), False),
            ((2026, 10, 11, 10, 0), False),  # a Sunday
            ((2026, 10, 1, 10, 0), False),  # 国庆节
        ],
    )
    def test_in_working_hours_alone(
        self, people, post, monkeypatch, moment: tuple[int, ...], is_working: bool
    ) -> None:
        now = timezone.make_aware(datetime.datetime(*moment))
        monkeypatch.setattr(timezone, "now", lambda: now)
        said = run()
        assert (said != "现在不是工作日的工作时间，没有发送。") is is_working
        if not is_working:
            assert post.taken == []

    def test_off_unless_asked_for(self, people: Stage, post: MailServer, settings) -> None:
        settings.DIGESTS = False
        assert run() == "没有启用待办邮件（DIGESTS=false），没有发送。"
        assert (post.taken, Digest.objects.count()) == ([], 0)

    def test_once_a_day(self, people: Stage, post: MailServer, monkeypatch) -> None:
        assert run() == "发出 4 封，没有发出 0 封。"
        assert run() == "发出 0 封，没有发出 0 封。"
        monkeypatch.setattr(timezone, "now", lambda: NOW + datetime.timedelta(days=3))
        assert run() == "发出 4 封，没有发出 0 封。"

    def test_who_has_nothing_to_do_gets_nothing_and_no_row(self, people: Stage, post: MailServer) -> None:
        run()
        assert "1@x.cn" not in post.recipients
        assert not Digest.objects.filter(person=people.reviewer).exists()


class TestOnce:
    @pytest.mark.django_db(transaction=True)
    def test_of_many_machines_one_sends(self) -> None:
        person = make_stage().reporter
        won = at_once(6, lambda number: digests.claim(person, now=NOW, day=TODAY))
        assert sum(one is not None for one in won) == 1
        digests.note_failed(Digest.objects.get())
        won = at_once(6, lambda number: digests.claim(person, now=NOW, day=TODAY))
        assert sum(one is not None for one in won) == 1

    def test_a_refused_one_is_tried_again_three_times_in_all(self, people: Stage, post: MailServer) -> None:
        post.refused = {"0@x.cn": "450 later"}
        for _ in range(3):
            with pytest.raises(CommandError):
                run()
        assert run() == "发出 0 封，没有发出 0 封。"
        digest = Digest.objects.get(person=people.reporter)
        assert (digest.state, digest.attempts) == (DigestState.FAILED, 3)
        assert sorted(post.recipients) == ["2@x.cn", "3@x.cn", "4@x.cn"]
        assert queries.states(TODAY) == {"claimed": 0, "failed": 1, "sent": 3}

    def test_it_goes_out_once_the_server_takes_it(self, people: Stage, post: MailServer) -> None:
        post.refused = {"0@x.cn": "450 later"}
        with pytest.raises(CommandError, match=r"^有邮件没有发出"):
            run()
        post.refused = {}
        assert run() == "发出 1 封，没有发出 0 封。"
        assert sorted(post.recipients) == ["0@x.cn", "2@x.cn", "3@x.cn", "4@x.cn"]

    def test_one_that_may_have_gone_out_is_not_sent_again(self, people: Stage, post: MailServer) -> None:
        post.refused = {"0@x.cn": "drop"}
        with pytest.raises(CommandError, match=r"^邮件服务器中断了连接"):
            run()
        run()
        assert sorted(post.recipients) == ["0@x.cn", "2@x.cn", "3@x.cn", "4@x.cn"]

    def test_without_a_server_nothing_is_claimed(self, people: Stage, post: MailServer, settings) -> None:
        settings.EMAIL_PORT = 1
        with pytest.raises(CommandError, match=r"^邮件服务器连不上"):
            run()
        assert Digest.objects.count() == 0


class TestChoice:
    def test_a_person_turns_it_off_and_on(self, people: Stage, post: MailServer, client: Client) -> None:
        client.force_login(User.objects.get(pk=people.reporter.pk))
        assert "每个工作日最多发一封邮件到 0@x.cn" in client.get("/account/").content.decode()
        answer = client.post("/account/digest/", {"wanted": "no"}, follow=True)
        assert "已关闭，有待办也不发邮件。" in answer.content.decode()
        client.post("/account/digest/", {"wanted": "no"})
        run()
        assert "0@x.cn" not in post.recipients
        client.post("/account/digest/", {"wanted": "yes"})
        run()
        assert "0@x.cn" in post.recipients
        verbs = AuditEvent.objects.filter(verb__contains="待办邮件").order_by("number")
        assert list(verbs.values_list("verb", flat=True)) == ["不再接收待办邮件", "接收待办邮件"]

    def test_where_none_are_sent_nothing_is_offered(self, people: Stage, client: Client) -> None:
        client.force_login(people.reporter)
        assert "待办邮件" not in client.get("/account/").content.decode()
