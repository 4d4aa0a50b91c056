"""What every page shares: display modes, the pages for errors, files at the root, the weight of a first visit."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from jiaodong import urls
from tasks.choices import DutyRole
from tasks.models import Plan
from units.choices import Role
from units.tests.samples import make_user

ROOT = Path(__file__).resolve().parents[2]
HEAVIEST_FIRST_VISIT = 120 * 1024


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("broken on purpose")


def forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("您的角色没有这项权限：维护账号。")


handler400, handler500 = urls.handler400, urls.handler500
urlpatterns = [path("broken/", broken), path("forbidden/", forbidden), *urls.urlpatterns]


@pytest.fixture
def odd_site(client: Client, settings) -> Client:
    """The site, with two pages more that fail."""
    settings.ROOT_URLCONF = __name__
    client.raise_request_exception = False
    return client


def heading(answer: HttpResponse) -> str:
    (found,) = re.findall(r"<h1.*?>(.*?)</h1>", answer.content.decode())
    return found


def html_class(answer: HttpResponse) -> str:
    return re.search(r'<html lang="zh-CN"(?: class="(.*?)")?>', answer.content.decode())[1] or ""


class TestDisplayModes:
    def test_switched_on_one_after_the_other_and_off_again(self, client: Client, loaded_plan: Plan) -> None:
        seen = []
        for mode in ("contrast", "large", "contrast", "large"):
            client.get(f"/display/{mode}/")
            seen.append(html_class(client.get("/")))
        assert seen == ["is-contrast", "is-large is-contrast", "is-large", ""]

    def test_for_elders_both_at_once_and_neither_again(self, client: Client, loaded_plan: Plan) -> None:
        seen = []
        for mode in ("contrast", "elder", "elder", "elder", "large"):
            client.get(f"/display/{mode}/")
            page = client.get("/")
            seen.append((html_class(page), 'data-elder aria-current="true">长者模式' in page.content.decode()))
        both = ("is-large is-contrast", True)
        assert seen == [("is-contrast", False), both, ("", False), both, ("is-contrast", False)]

    def test_kept_for_a_year_in_a_cookie_that_the_script_may_write(self, client: Client) -> None:
        cookie = client.get("/display/large/").cookies["display"]
        assert (cookie.value, cookie["max-age"], cookie["samesite"], cookie["httponly"]) == (
            "large",
            365 * 24 * 3600,
            "Lax",
            "",
        )

    def test_back_to_the_page_it_was_switched_on(self, client: Client) -> None:
        answer = client.get("/display/large/?next=/plans/jiaodong/search/%3Fq%3D%E6%B5%B7%E6%B4%8B")
        assert answer.headers["Location"] == "/plans/jiaodong/search/?q=%E6%B5%B7%E6%B4%8B"

    @pytest.mark.parametrize(
        "elsewhere", ["https://example.org/", "//example.org/", "javascript:alert(1)", "\\\\x", ""]
    )
    def test_never_to_another_site(self, client: Client, elsewhere: str) -> None:
        assert client.get("/display/large/", {"next": elsewhere}).headers["Location"] == "/"

    @pytest.mark.django_db
    def test_there_is_no_other_mode(self, client: Client) -> None:
        assert client.get("/display/dark/").status_code == 404

    @pytest.mark.django_db
    def test_a_cookie_of_nonsense_is_nothing(self, client: Client) -> None:
        client.cookies["display"] = '"><script>.large.large'
        assert html_class(client.get("/")) == "is-large"


@pytest.mark.django_db
class TestPagesForErrors:
    def test_not_found(self, client: Client) -> None:
        answer = client.get("/nowhere/")
        assert (answer.status_code, heading(answer)) == (404, "没有这一页")

    def test_not_found_for_what_the_plan_does_not_have(self, client: Client, loaded_plan: Plan) -> None:
        paths = ["/plans/other/", "/plans/other/search/", "/units/nobody/", "/units/?plan=other"]
        assert [client.get(path).status_code for path in paths] == [404] * 4

    def test_forbidden_says_why_and_who_one_is(self, odd_site: Client) -> None:
        odd_site.force_login(make_user(Role.LEADER, username="zhao"))
        answer = odd_site.get("/forbidden/")
        assert (answer.status_code, heading(answer)) == (403, "没有权限")
        assert "您的角色没有这项权限：维护账号。" in answer.content.decode()
        assert "“zhao”（领导）" in answer.content.decode()

    def test_forbidden_offers_an_outsider_to_log_in(self, odd_site: Client) -> None:
        assert '请先<a href="/login/?next=%2Fforbidden%2F">登录</a>' in odd_site.get("/forbidden/").content.decode()

    def test_failure(self, odd_site: Client) -> None:
        answer = odd_site.get("/broken/")
        assert (answer.status_code, heading(answer)) == (500, "系统出错了")
        assert "broken on purpose" not in answer.content.decode()

    def test_failure_is_shown_without_asking_the_database(self, odd_site: Client, django_assert_num_queries) -> None:
        with django_assert_num_queries(0):
            odd_site.get("/broken/")
        odd_site.force_login(make_user(Role.OFFICE))
        with django_assert_num_queries(2):  # session and account, asked before the page was reached
            odd_site.get("/broken/")

    def test_failure_keeps_the_display_mode(self, odd_site: Client) -> None:
        odd_site.cookies["display"] = "large"
        assert html_class(odd_site.get("/broken/")) == "is-large"

    def test_a_host_that_is_not_ours(self, odd_site: Client) -> None:
        answer = odd_site.get("/", headers={"host": "example.org"})
        assert (answer.status_code, heading(answer)) == (400, "请求有误")

    def test_a_form_that_was_open_too_long(self, db: None) -> None:
        answer = Client(enforce_csrf_checks=True).post("/login/", {"username": "x"})
        assert (answer.status_code, heading(answer)) == (403, "页面已过期，没有提交成功")


class TestRootFiles:
    def test_the_icon_is_where_browsers_look_unasked(self, client: Client) -> None:
        assert client.get("/favicon.ico").headers["Location"] == "/static/jiaodong/favicon.ico"
        assert finders.find("jiaodong/favicon.ico")

    def test_robots_stay_out_of_what_is_not_content(self, client: Client) -> None:
        assert client.get("/robots.txt").content.decode() == (
            "User-agent: *\nDisallow: /admin/\nDisallow: /display/\nDisallow: /login/\n"
        )


def files_of(html: str) -> Iterator[str]:
    """The static files that a page loads, as the finders know them."""
    for name in re.findall(r'(?:href|src)="/static/(.*?)"', html):
        yield name
        if name.endswith(".css"):
            sheet = static(name).decode()
            yield from re.findall(r'@import url\("\.\./(.*?)"\)', sheet)
            yield from (f"jiaodong/{inner}" for inner in re.findall(r"url\((\w+\.svg)\)", sheet))


def static(name: str) -> bytes:
    return Path(finders.find(name)).read_bytes()


@pytest.mark.django_db
class TestDemonstration:
    """Nobody may take invented data for real, whatever page they come to first."""

    BANNER = "<strong>演示数据</strong>"
    PAGES = ["/", "/login/", "/units/", "/nowhere/", "/broken/", "/forbidden/"]

    def banners(self, client: Client, url: str) -> int:
        return client.get(url).content.decode().count(self.BANNER)

    @pytest.mark.parametrize("url", PAGES)
    def test_an_outsiders_pages_say_so_errors_too(self, odd_site: Client, settings, url: str) -> None:
        settings.IS_DEMO = True
        assert self.banners(odd_site, url) == 1

    @pytest.mark.parametrize(
        "url", ["/account/", "/account/password/", "/admin/", "/admin/units/unit/", "/admin/units/unit/add/?_popup=1"]
    )
    def test_pages_behind_the_login_say_so_the_back_office_and_its_windows_too(
        self, client: Client, settings, url: str
    ) -> None:
        settings.IS_DEMO = True
        client.force_login(make_user(Role.ADMINISTRATOR))
        assert self.banners(client, url) == 1

    @pytest.mark.parametrize("url", [*PAGES, "/admin/"])
    def test_no_page_says_so_of_real_data(self, odd_site: Client, url: str) -> None:
        odd_site.force_login(make_user(Role.ADMINISTRATOR))
        assert self.banners(odd_site, url) == 0


def packed(content: bytes) -> int:
    return len(gzip.compress(content))


class TestTheme:
    @pytest.mark.parametrize("sheet", ["theme.css", "paper.css", "ledger.css"])
    def test_it_dresses_nothing_that_is_not_there(self, sheet: str) -> None:
        """Every class it names occurs in a template, in the script or where Python draws."""
        without_comments = re.sub(r"/\*.*?\*/", "", static(f"jiaodong/{sheet}").decode(), flags=re.DOTALL)
        dressed = set(re.findall(r"\.([a-z][\w-]*)(?=[^{}]*{)", without_comments))
        sources = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("*/*.py"), *ROOT.glob("*/[vt]*/*.py")]
        words = {word for path in sources for word in re.findall(r"[\w-]+", path.read_text())}
        composed = {f"f-{role}" for role in DutyRole.values}
        assert dressed - words - composed == set()


class TestWeight:
    @pytest.mark.parametrize("url", ["/", "/plans/jiaodong/tasks/", "/units/fazhan-gaige/"])
    def test_a_first_visit(self, client: Client, loaded_plan: Plan, url: str) -> None:
        html = client.get(url).content
        names = sorted(set(files_of(html.decode())))
        assert {"bootstrap/bootstrap.min.css", "jiaodong/theme.css", "jiaodong/site.js"} < set(names)
        weight = packed(html) + sum(packed(static(name)) for name in names)
        assert weight <= HEAVIEST_FIRST_VISIT
