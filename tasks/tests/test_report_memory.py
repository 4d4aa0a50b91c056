"""Nothing typed is lost: two people at one report, a session that ended, a form that saves by itself."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse
from lxml import html

from tasks.models import ProgressReport, ReportingPeriod
from tasks.services import reporting
from tasks.tests.desk import client_of
from tasks.tests.form_page import TYPED, address, now_in, post, summary, tree, typed_in
from tasks.tests.journeys import approved, drafted, earlier_period, reported_before, submitted
from tasks.tests.people import NOW, Stage, content, make_period, make_user
from tasks.views.kept import KEY, LONGEST, MOST, MOST_TEXT
from units.choices import Role
from units.tests.samples import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


class TestTwoPeople:
    def conflict(self, stage: Stage):
        """The first saves while the second has the form open."""
        drafted(stage, progress="甲写的进展 1。", problems="甲写的问题。")
        return post(
            stage,
            version="",
            progress="乙写的进展 2。",
            problems="",
            percent_complete="40",
            next_steps=content()["next_steps"],
        )

    def test_the_second_sees_both_texts_of_what_differs_and_no_choice_is_made(self, stage):
        page = tree(self.conflict(stage))
        assert "您自己在另一个窗口于 10月9日 10:00 保存了这份填报" in page.find_class("notice")[0].text_content()
        pairs = {
            part.get("id"): [text.text_content() for text in part.find_class("text")]
            for part in page.find_class("merge")
        }
        assert pairs == {
            "pick-progress": ["甲写的进展 1。", "乙写的进展 2。"],
            "pick-problems": ["甲写的问题。", "（空）"],
        }
        assert page.xpath("//input[@type='radio' and @checked]") == []
        assert now_in(stage).progress == "甲写的进展 1。"

    def merged(self, stage: Stage, page: html.HtmlElement, **picks):
        (form,) = page.xpath("//main//form")
        data = {name: value or "" for name, value in form.form_values()} | {"do": "merge", **picks}
        return client_of(stage.reporter).post(address(stage), data)

    def test_each_field_is_chosen(self, stage):
        page = tree(self.conflict(stage))
        answer = self.merged(stage, page, **{"pick-progress": "mine", "pick-problems": "theirs"})
        assert answer.url == address(stage)
        assert (now_in(stage).progress, now_in(stage).problems) == ("乙写的进展 2。", "甲写的问题。")

    def test_a_field_without_a_choice_is_asked_for_and_the_choices_made_stay(self, stage):
        page = tree(self.merged(stage, tree(self.conflict(stage)), **{"pick-progress": "mine"}))
        assert summary(page) == [("存在问题", "#pick-problems")]
        assert page.xpath("//input[@type='radio' and @checked]/@name") == ["pick-progress"]

    def test_a_third_who_saves_meanwhile_is_shown_too(self, stage):
        page = tree(self.conflict(stage))
        reporting.save_draft(
            stage.reporter,
            duty=stage.duty,
            period=stage.period,
            content=content(progress="丙的 3。"),
            version=1,
            now=NOW,
        )
        page = tree(self.merged(stage, page, **{"pick-progress": "mine", "pick-problems": "mine"}))
        assert [text.text_content() for text in page.find_class("text")] == ["丙的 3。", "乙写的进展 2。"]

    def test_where_the_report_has_gone_on_the_text_waits_for_a_withdrawal(self, stage):
        client = client_of(stage.reporter)
        report = submitted(stage)
        page = tree(post(stage, client=client, version=1, progress="迟来的 9 个字。"))
        assert "迟来的 9 个字。" in page.find_class("unsaved")[0].text_content()
        assert now_in(stage).progress == content()["progress"]
        post(stage, client=client, do="withdraw", version=report.version)
        assert typed_in(tree(client.get(address(stage))))["progress"] == "迟来的 9 个字。"

    def test_a_period_frozen_meanwhile_shows_the_text_to_be_copied(self, stage):
        ReportingPeriod.objects.update(frozen_at=NOW, frozen_by=stage.office)
        page = tree(post(stage, progress="迟来的 9 个字。"))
        assert "已冻结，不再接受填报和审核" in page.find_class("notice")[0].text_content()
        assert "迟来的 9 个字。" in page.find_class("unsaved")[0].text_content()


class TestEndedSession:
    @pytest.fixture
    def reporter(self, stage):
        stage.reporter.set_password(PASSWORD)
        stage.reporter.save()
        return stage.reporter

    def log_in(self, client: Client, url: str, user):
        client.get(url)  # says that the text waits
        return client.post(url, {"username": user.username, "password": PASSWORD}, follow=True)

    def test_what_was_typed_is_in_the_form_after_login(self, stage, reporter):
        client = Client()
        answer = post(stage, do="submit", client=client)
        assert answer.url == f"/login/?next={address(stage)}"
        page = tree(self.log_in(client, answer.url, reporter))
        assert typed_in(page) == TYPED
        assert "刚才没有保存的文字已经找回" in page.find_class("notice")[0].text_content()
        assert not ProgressReport.objects.exists()

    def test_once_saved_it_is_forgotten(self, stage, reporter):
        client = Client()
        self.log_in(client, post(stage, client=client).url, reporter)
        assert KEY in client.session
        post(stage, client=client)
        assert client.session[KEY] == {}

    def test_its_writer_may_not_want_it(self, stage, reporter):
        client = Client()
        self.log_in(client, post(stage, client=client).url, reporter)
        post(stage, do="discard", client=client)
        assert typed_in(tree(client.get(address(stage)))) == TYPED | {
            "progress": "",
            "percent_complete": "",
            "confidence": "",
        }

    def test_somebody_who_may_not_write_here_never_sees_it(self, stage, reporter):
        stage.other_reporter.set_password(PASSWORD)
        stage.other_reporter.save()
        client = Client()
        answer = self.log_in(client, post(stage, client=client).url, stage.other_reporter)
        assert answer.status_code == 404
        assert TYPED["progress"] not in answer.content.decode()

    def test_only_so_much_is_kept(self, stage):
        client = Client()
        for number in range(MOST + 2):
            client.post(f"/reports/{number}/1/", {"progress": "长" * (LONGEST + 1), "other": "x"})
        kept = client.session[KEY]
        assert list(kept) == [f"/reports/{number}/1/" for number in range(2, MOST + 2)]
        assert {name: [len(text) for text in texts] for name, texts in kept["/reports/2/1/"].items()} == {
            "progress": [LONGEST],
            "other": [1],
        }
        client.post("/reports/1/1/", {f"field-{number}": "长" * LONGEST for number in range(20)})
        assert sum(len(text) for texts in client.session[KEY]["/reports/1/1/"].values() for text in texts) < MOST_TEXT

    @pytest.mark.parametrize("who", ["reporter", "reviewer"])
    def test_no_other_form_loses_a_word_either(self, stage, reporter, who: str) -> None:
        stage.reviewer.set_password(PASSWORD)
        stage.reviewer.save()
        asks = ("/plans/jiaodong/measures/1-1/completion/", {"result": "已建成通车。", "document": "鲁交〔2026〕9号"})
        returns = (f"/review/{submitted(stage).pk}/", {"decision": "return", "reason": "请写明里程。"})
        url, typed = {"reporter": asks, "reviewer": returns}[who]
        client = Client()
        login = client.post(url, typed).url
        assert "您刚才写的文字已经留下" in client.get(login).content.decode()
        page = tree(self.log_in(client, login, getattr(stage, who)))
        found = {name: value for form in page.forms for name, value in form.form_values() if name in typed}
        assert {name: value.strip() for name, value in found.items()} == typed
        assert "没有提交的文字已经找回" in page.find_class("notice")[0].text_content()
        client.post(url, {})
        assert client.session[KEY] == {}

    def test_no_other_form_loses_a_word_to_a_token_that_a_new_login_made_stale(self, stage):
        client, url = Client(enforce_csrf_checks=True), "/plans/jiaodong/instructions/new/"
        client.force_login(stage.leader)
        refused = client.post(f"{url}?measure=1-1", {"text": "请写明里程。"})
        assert (refused.status_code, f'href="{url}?measure=1-1"' in refused.content.decode()) == (403, True)
        found = tree(client.get(url)).xpath("//textarea[@name='text']")[0]
        assert found.text_content().strip() == "请写明里程。"

    def test_a_forged_post_leaves_nothing_in_an_anonymous_session(self, stage):
        client = Client(enforce_csrf_checks=True)
        assert post(stage, client=client).status_code == 403
        assert client.post("/plans/jiaodong/instructions/new/", {"text": "伪造"}).status_code == 403
        assert KEY not in client.session

    def test_a_stale_token_after_login_shows_the_text_again_and_saves_nothing(self, stage):
        client = Client(enforce_csrf_checks=True)
        client.force_login(stage.reporter)
        answer = post(stage, client=client)
        assert typed_in(tree(answer)) == TYPED
        assert summary(tree(answer)) == [("登录状态在填写期间换过，刚才没有保存。文字都在下面，请再按一次。", "")]
        assert not ProgressReport.objects.exists()


class TestAutosave:
    def send(self, stage: Stage, client: Client | None = None, **typed):
        client = client or client_of(stage.reporter)
        url = reverse("report-autosave", args=[stage.duty.pk, stage.period.pk])
        return client.post(url, {**TYPED, "version": "", "writer": stage.reporter.pk, **typed})

    def test_saves_and_answers_with_version_hints_and_errors(self, stage):
        answer = self.send(stage, progress="积极推进", percent_complete="很多").json()
        assert (answer["version"], answer["at"]) == (1, "10:00")
        assert answer["errors"] == {"percent_complete": "完成率请填 0 到 100 之间的整数。"}
        assert "进展里没有日期、数字或具体名称" in answer["hints"]
        assert now_in(stage).progress == "积极推进"

    def test_asks_to_log_in(self, stage):
        answer = self.send(stage, client=Client())
        assert (answer.status_code, answer.json()["login"]) == (401, "/login/?next=%2Fworkbench%2F")

    def test_another_account_in_the_same_browser_does_not_save_this_ones_text(self, stage):
        colleague = make_user("同事", Role.REPORTER, stage.reporter.unit)
        answer = self.send(stage, client=client_of(colleague))
        assert (answer.status_code, answer.json()["why"]) == (
            401,
            "这个浏览器里现在登录的是另一个账号，请退出后用原来的账号登录。",
        )
        assert not ProgressReport.objects.exists()

    def test_a_conflict_names_who_was_first(self, stage):
        drafted(stage)
        answer = self.send(stage)
        assert (answer.status_code, answer.json()) == (409, {"by": "交通填报员"})

    def test_a_frozen_period_is_said_in_words(self, stage):
        ReportingPeriod.objects.update(frozen_at=NOW, frozen_by=stage.office)
        answer = self.send(stage)
        assert (answer.status_code, "已冻结" in answer.json()["why"]) == (422, True)

    def test_another_units_duty_is_not_there(self, stage):
        url = reverse("report-autosave", args=[stage.other_duty.pk, stage.period.pk])
        assert client_of(stage.reporter).post(url, {"writer": stage.reporter.pk}).status_code == 404

    def test_a_fresh_token_for_its_own_writer_only(self, stage):
        url = reverse("report-autosave", args=[stage.duty.pk, stage.period.pk])
        assert list(client_of(stage.reporter).get(url, {"writer": stage.reporter.pk}).json()) == ["token"]
        assert client_of(stage.reporter).get(url).status_code == 401


class TestQueries:
    def test_the_form_asks_the_same_whatever_was_reported(self, stage, django_assert_num_queries):
        client = client_of(stage.reporter)
        with django_assert_num_queries(8):
            client.get(address(stage))
        reported_before(stage)
        drafted(stage)
        with django_assert_num_queries(11):  # of a draft, whether it came back
            client.get(address(stage))
        for month in range(1, 4):
            period = make_period(stage.plan, f"2025年{month}月", datetime.date(2025, month, 28))
            approved(stage, period=period)
        with django_assert_num_queries(11):
            client.get(address(stage))


def test_nothing_of_a_report_stays_in_a_shared_browser(stage):
    assert "no-store" in client_of(stage.reporter).get(address(stage))["Cache-Control"]
    earlier_period(stage)
    assert "no-store" in client_of(stage.reporter).get("/workbench/")["Cache-Control"]
    assert "no-store" in client_of(stage.reporter).get("/plans/jiaodong/measures/1-1/")["Cache-Control"]
