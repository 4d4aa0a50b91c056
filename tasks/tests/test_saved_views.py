"""常用视图: kept under a name, one's own or shared by the Office, read again when opened."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from tasks.models import SavedView
from tasks.services import saved_views as services
from tasks.tests.desk import client_of
from tasks.tests.ledger_stage import LEDGER
from tasks.tests.pages import Shown
from tasks.tests.people import NOW, Stage
from units.models import AuditEvent, User

pytestmark = pytest.mark.django_db
VIEWS = f"{LEDGER}views/"
QUERY = "stage=not_started&sort=-due_on&cols=percent&per_page=25"


def saved(stage: Stage, by: User, name: str = "未启动的", query: str = QUERY, is_shared: bool = False) -> SavedView:
    return services.save_view(by, plan=stage.plan, name=name, query=query, is_shared=is_shared, now=NOW)


def menu(user: User) -> list[str]:
    """The views offered in the ledger."""
    return Shown(client_of(user), LEDGER).texts("//ul[@class='menu-list']//a")


class TestSaving:
    def test_the_menu_keeps_columns_filters_and_order(self, stage):
        client = client_of(stage.reporter)
        page = Shown(client, f"{LEDGER}?{QUERY}&after=1")
        (form,) = [form for form in page.tree.xpath("//form") if form.get("action") == VIEWS]
        answer = client.post(VIEWS, {"name": "未启动的", "query": form.fields["query"]})
        assert answer.url == f"{LEDGER}?{QUERY}"
        (view,) = SavedView.objects.all()
        assert (view.owner, view.name, view.query, view.is_shared) == (stage.reporter, "未启动的", QUERY, False)

    def test_opened_it_shows_what_was_kept_and_is_marked(self, stage):
        saved(stage, stage.reporter)
        client = client_of(stage.reporter)
        (link,) = Shown(client, LEDGER).tree.xpath("//ul[@class='menu-list']//a")
        page = Shown(client, link.get("href"))
        assert page.heads == ["序号", "具体举措", "完成率"]
        assert page.status == "显示 1 项举措 按完成时限从晚到早"
        assert page.texts("//ul[@class='menu-list']//a[@aria-current]") == ["未启动的"]

    def test_what_has_become_outdated_is_told_and_the_rest_applies(self, stage):
        saved(stage, stage.reporter, query="unit=abolished&stage=not_started&period=77")
        client = client_of(stage.reporter)
        (link,) = Shown(client, LEDGER).tree.xpath("//ul[@class='menu-list']//a")
        page = Shown(client, link.get("href"))
        assert page.problems == [
            "期次：没有这个期次，或者它还没有冻结。现在显示目前的情况。",
            "责任单位：没有“abolished”这一选项，请从列表中另选。这个条件没有使用，其余条件照常。",
        ]
        assert len(page.codes) == 1

    @pytest.mark.parametrize(
        ("name", "sentence"),
        [
            ("", "请填写视图名称。"),
            ("  ", "请填写视图名称。"),
            ("长" * 51, "最多 50 字，请删减。"),
            ("未启动的", "已有同名的视图。"),
        ],
    )
    def test_a_name_that_cannot_be(self, stage, name, sentence):
        saved(stage, stage.reporter)
        answer = client_of(stage.reporter).post(VIEWS, {"name": name, "query": "stage=completed"})
        assert answer.status_code == 200
        assert sentence in answer.content.decode()
        assert SavedView.objects.count() == 1

    def test_two_people_may_use_one_name(self, stage):
        assert [saved(stage, by).name for by in (stage.reporter, stage.office)] == ["未启动的", "未启动的"]

    def test_there_is_an_end_to_it(self, stage):
        for number in range(services.MOST):
            saved(stage, stage.reporter, name=f"第{number}个")
        with pytest.raises(ValidationError, match="每人最多保存 50 个视图"):
            saved(stage, stage.reporter, name="再来一个")

    def test_it_is_in_the_audit_trail(self, stage):
        view = saved(stage, stage.reporter)
        services.rename_view(stage.reporter, view=view, name="没动的", now=NOW)
        services.delete_view(stage.reporter, view=view, now=NOW)
        events = AuditEvent.objects.filter(subject_kind="常用视图").order_by("number")
        assert [(event.verb, event.actor) for event in events] == [
            (verb, "交通填报员") for verb in ("保存视图", "视图改名", "删除视图")
        ]


class TestSharing:
    def test_a_shared_one_is_offered_to_all_of_staff_and_ones_own_to_nobody_else(self, stage):
        saved(stage, stage.reporter, name="我的")
        saved(stage, stage.office, name="督查用", is_shared=True)
        offered = {name: menu(user) for name, user in stage.everybody.items()}
        assert offered == {
            name: ["我的", "督查用共享"] if name == "reporter" else ["督查用共享"] for name in stage.everybody
        }

    def test_only_the_office_shares(self, stage):
        for name, user in stage.everybody.items():
            if name in ("office", "second_office"):
                assert saved(stage, user, is_shared=True).is_shared
                continue
            with pytest.raises(PermissionDenied):
                saved(stage, user, is_shared=True)
            assert client_of(user).post(VIEWS, {"name": "共享", "is_shared": "on"}).status_code == 403
        assert SavedView.objects.count() == 2

    def test_the_box_is_shown_to_the_office_alone(self, stage):
        boxes = {
            name: len(Shown(client_of(user), LEDGER).tree.xpath("//input[@name='is_shared']"))
            for name, user in stage.everybody.items()
        }
        assert boxes == {name: int(name in ("office", "second_office")) for name in stage.everybody}


class TestChanging:
    def test_one_renames_and_deletes_ones_own(self, stage):
        view, client = saved(stage, stage.reporter), client_of(stage.reporter)
        assert client.post(f"{VIEWS}{view.pk}/rename/", {"name": "没动的"}).url == VIEWS
        assert menu(stage.reporter) == ["没动的"]
        assert client.post(f"{VIEWS}{view.pk}/delete/").url == VIEWS
        assert menu(stage.reporter) == []

    def test_deleting_asks_first(self, stage):
        view = saved(stage, stage.reporter)
        page = Shown(client_of(stage.reporter), f"{VIEWS}{view.pk}/delete/")
        assert page.text("//h1") == "删除视图“未启动的”？"
        assert SavedView.objects.count() == 1

    def test_another_persons_is_not_there(self, stage):
        view = saved(stage, stage.reporter)
        for user in (stage.reviewer, stage.office, stage.administrator):
            for verb in ("rename", "delete"):
                assert client_of(user).post(f"{VIEWS}{view.pk}/{verb}/", {"name": "x"}).status_code == 404
            with pytest.raises(PermissionDenied):
                services.delete_view(user, view=view, now=NOW)
        assert SavedView.objects.get().name == "未启动的"

    def test_a_shared_one_is_kept_by_the_office(self, stage):
        view = saved(stage, stage.office, is_shared=True)
        assert client_of(stage.reporter).post(f"{VIEWS}{view.pk}/delete/").status_code == 403
        assert client_of(stage.leader).post(f"{VIEWS}{view.pk}/rename/", {"name": "x"}).status_code == 403
        assert client_of(stage.second_office).post(f"{VIEWS}{view.pk}/rename/", {"name": "督办用"}).status_code == 302
        assert SavedView.objects.get().name == "督办用"

    def test_the_list_offers_only_what_one_may_do(self, stage):
        saved(stage, stage.office, is_shared=True)
        links = {
            name: Shown(client_of(getattr(stage, name)), VIEWS).texts("//tbody//a")
            for name in ("leader", "second_office")
        }
        assert links == {"leader": ["未启动的"], "second_office": ["未启动的", "改名 未启动的", "删除 未启动的"]}

    def test_outsiders_are_asked_to_log_in(self, stage, client):
        view = saved(stage, stage.office, is_shared=True)
        for address in (VIEWS, f"{VIEWS}{view.pk}/rename/", f"{VIEWS}{view.pk}/delete/"):
            assert client.get(address).url == f"/login/?next={address}"
