"""The back office in a real browser, under the site's content security policy, on a desk and on a phone.

The watch over every page fails these tests for a script or style the policy stops, and for any request that leaves
the site.
"""

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from jiaodong.testing.browser import PHONE, OpenPage, axe, sticks_out
from tasks.models import Duty, MainTask, Measure
from units.choices import Role
from units.models import Unit
from units.tests.samples import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def page_of(role: Role, size: str, open_page: OpenPage, live_site) -> Page:
    client = Client()
    client.force_login(make_user(role, last_name="王", first_name="芳"))
    page = open_page(viewport=PHONE) if size == "phone" else open_page()
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_site.url}])
    return page


@pytest.fixture(params=["desk", "phone"])
def admin(request: pytest.FixtureRequest, open_page: OpenPage, live_site) -> Page:
    """An administrator's page."""
    return page_of(Role.ADMINISTRATOR, request.param, open_page, live_site)


@pytest.fixture(params=["desk", "phone"])
def office(request: pytest.FixtureRequest, open_page: OpenPage, live_site) -> Page:
    """The page of one who may set due dates."""
    return page_of(Role.OFFICE, request.param, open_page, live_site)


def test_pages_keep_the_policy_and_fit_the_window(admin: Page) -> None:
    task, unit = MainTask.objects.get(number=1), Unit.objects.first()
    paths = [
        "/admin/",
        "/admin/tasks/",
        "/admin/tasks/plan/",
        "/admin/tasks/measure/",
        "/admin/tasks/duty/?role__exact=lead",
        f"/admin/tasks/maintask/{task.pk}/change/",
        f"/admin/tasks/maintask/{task.pk}/delete/",
        f"/admin/tasks/maintask/{task.pk}/history/",
        "/admin/tasks/measure/add/",
        f"/admin/units/unit/{unit.pk}/change/",
        "/admin/units/unitgroup/",
        "/admin/units/user/",
        "/admin/units/user/add/",
        "/admin/password_change/",
    ]
    spare = {}
    for path in paths:
        admin.goto(path)
        spare[path] = sticks_out(admin)
    assert spare == dict.fromkeys(paths, 0)


def test_lists_histories_and_questions_are_clean_for_axe(admin: Page, settings) -> None:
    """With the banner of the demonstration. Forms are left out: Django's own widgets there have parts without a name."""
    settings.IS_DEMO = True
    task, wrong = MainTask.objects.get(number=1), {}
    for path in ("", "tasks/measure/", f"tasks/maintask/{task.pk}/history/", f"tasks/maintask/{task.pk}/delete/"):
        admin.goto(f"/admin/{path}")
        expect(admin.get_by_role("note")).to_contain_text("演示数据")
        if found := axe(admin):
            wrong[path] = found
    assert wrong == {}


def test_a_duty_is_added_chosen_by_typing_and_seen_in_its_history(admin: Page) -> None:
    measure = Measure.objects.get(main_task__number=1, order=5)
    before = measure.duties.count()
    admin.goto(f"/admin/tasks/measure/{measure.pk}/change/")
    admin.get_by_role("button", name="再增加一项职责").click()
    row = admin.locator(f"#duties-{before}")
    row.locator("input[name$=position]").fill(str(before + 1))
    row.locator(".field-unit .select2-selection").click()
    admin.keyboard.type("省科技厅")
    admin.locator(".select2-results__option", has_text="省科技厅").click()
    row.locator("select[name$=role]").select_option("cooperate")
    admin.get_by_role("button", name="保存，继续修改").click()
    expect(admin.locator(".messagelist .success")).to_contain_text("已修改具体举措")
    added = measure.duties.get(position=before + 1)
    assert str(added) == "省科技厅（配合）"
    admin.goto(f"/admin/tasks/duty/{added.pk}/history/")
    expect(admin.locator("#change-history tbody tr")).to_contain_text(["已创建"])
    expect(admin.locator("#change-history tbody tr")).to_contain_text(["王芳"])


def test_the_calendar_speaks_chinese_and_fills_the_date(office: Page) -> None:
    first = MainTask.objects.get(number=1)
    office.goto(f"/admin/tasks/measure/add/?main_task={first.pk}")
    office.locator("#id_order").fill("99")
    office.locator("#id_text").fill("新增的举措。")
    field = office.locator(".field-due_on")
    field.locator(".date-icon").click()
    expect(office.locator(".calendarbox:visible th")).to_have_text(list("一二三四五六日"))
    office.locator(".calendarbox:visible td a", has_text="15").click()
    day = office.locator("#id_due_on").input_value()
    assert day.endswith("-15")
    office.get_by_role("button", name="保存，继续修改").click()
    expect(office.locator(".messagelist .success")).to_contain_text("具体举措")
    assert Measure.objects.get(main_task=first, order=99).due_on.isoformat() == day


def test_deleting_is_asked_about_and_done(admin: Page) -> None:
    measure = Measure.objects.get(main_task__number=1, order=6)
    admin.goto(f"/admin/tasks/measure/{measure.pk}/change/")
    admin.get_by_role("link", name="删除").click()
    expect(admin.locator("#content")).to_contain_text("职责: 5")
    admin.get_by_role("button", name="确认删除").click()
    expect(admin.locator(".messagelist .success")).to_contain_text("已删除")
    assert not Duty.objects.filter(measure_id=measure.pk).exists()


def test_a_unit_in_use_comes_back_with_the_reason(admin: Page) -> None:
    unit = Unit.objects.get(name="省科技厅")
    admin.goto(f"/admin/units/unit/{unit.pk}/change/")
    admin.get_by_role("link", name="删除").click()
    expect(admin.locator(".messagelist .error")).to_have_text(
        f"“省科技厅”不能删除：还有职责 {unit.duties.count()} 项与它关联。请先改派或删除这些内容。"
    )
