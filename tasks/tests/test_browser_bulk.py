"""Many reports approved at once in a real browser: exactly those ticked, and none when one of them has changed."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from jiaodong.testing.browser import OpenPage
from tasks.choices import ReportState
from tasks.models import Duty, Plan, ProgressReport
from tasks.services import reviewing
from tasks.tests.browser_desk import Desk, at_work, make_desk, told
from units.choices import Role
from units.tests.samples import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.fixture
def desk(live_site, loaded_plan: Plan) -> Desk:
    return make_desk(loaded_plan)


@pytest.fixture
def three(desk: Desk) -> list[Duty]:
    """Three duties whose first reports wait for the Office, in the order of its queue."""
    for duty in desk.duties[1:4]:
        report = desk.submitted(duty)
        reviewing.forward_report(desk.reviewer, report=report, version=report.version, now=timezone.now())
    return desk.duties[1:4]


def tick(office: Page, *duties: Duty) -> None:
    for duty in duties:
        office.get_by_role("checkbox", name=f"选择 {named(duty)}", exact=True).check()
    office.get_by_role("button", name="通过勾选的各项…").click()
    expect(office.get_by_role("heading", level=1)).to_have_text("核对要通过的各项")


def named(duty: Duty) -> str:
    return f"{duty.measure.code} {duty.unit.name}"


def codes(duties: list[Duty]) -> str:
    return "、".join(duty.measure.code for duty in duties)


def listed(office: Page) -> list[str]:
    """The measures in the preview's table."""
    rows = office.get_by_role("table", name="要通过的各项").get_by_role("row")
    return [row.get_by_role("cell").first.inner_text() for row in rows.all()[1:]]


def waiting(office: Page) -> list[str]:
    boxes = office.get_by_role("region", name="待审队列").get_by_role("checkbox")
    return [box.get_attribute("aria-label") for box in boxes.all()]


def approved(desk: Desk) -> list[Duty]:
    reports = ProgressReport.objects.filter(period=desk.period, state=ReportState.APPROVED)
    return [report.duty for report in reports.order_by("duty")]


def send_back(office: Page, duty: Duty) -> None:
    office.get_by_role("region", name="待审队列").get_by_role("link", name=duty.measure.code).click()
    office.get_by_role("radio", name="退回修改").check()
    office.get_by_label("意见或退回理由").fill("请写明验收文件的文号。")
    office.get_by_role("button", name="提交，看下一项").click()
    told(office, f"{named(duty)}：已退回。")


def test_exactly_the_ticked_ones(desk: Desk, three: list[Duty], open_page: OpenPage) -> None:
    office, (first, second, third) = at_work(open_page(), desk.office), three
    tick(office, first, third)
    assert listed(office) == [first.measure.code, third.measure.code]
    office.get_by_role("button", name="通过这 2 项", exact=True).click()
    told(office, f"已通过 2 项：{codes([first, third])}。")
    assert waiting(office) == [f"选择 {named(second)}"]
    assert approved(desk) == [first, third]


def test_none_when_another_has_decided_on_one(desk: Desk, three: list[Duty], open_page: OpenPage) -> None:
    office = at_work(open_page(), desk.office)
    colleague = at_work(open_page(), make_user(Role.OFFICE, unit=desk.office.unit, username="office-colleague"))
    tick(office, *three)
    send_back(colleague, three[1])
    office.get_by_role("button", name="通过这 3 项", exact=True).click()
    alert = office.get_by_role("alert")
    expect(alert).to_be_focused()
    expect(alert).to_contain_text("这 3 项都没有通过，因为其中有的刚才有了变动。")
    expect(alert.get_by_role("listitem")).to_have_count(1)
    expect(alert).to_contain_text(f"{named(three[1])}：已不在您的待审队列中")
    assert approved(desk) == []

    rest = [three[0], three[2]]
    assert listed(office) == [duty.measure.code for duty in rest]
    office.get_by_role("button", name="通过这 2 项", exact=True).click()
    told(office, f"已通过 2 项：{codes(rest)}。")
    assert approved(desk) == rest
