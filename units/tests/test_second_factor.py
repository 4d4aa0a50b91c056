"""The second factor: set up by the person, asked for at login, never a way around the password or past itself."""

import datetime
import re

import pytest
from django.test import Client, override_settings
from django_otp.plugins.otp_totp.models import TOTPDevice

from units import accounts
from units.choices import Role
from units.models import AuditEvent, User
from units.tests.samples import PASSWORD, code_for, make_user

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 10, 9, 2, 0, tzinfo=datetime.UTC)
ASK, SETUP = "/account/second-factor/", "/account/second-factor/setup/"


@pytest.fixture
def person() -> User:
    return make_user(Role.AUDITOR, username="zhao")


@pytest.fixture
def device(person: User) -> TOTPDevice:
    return TOTPDevice.objects.create(user=person, name="动态口令")


def enter(client: Client, next: str = ""):
    return client.post("/login/", {"username": "zhao", "password": PASSWORD, "next": next})


def half_in(person: User) -> Client:
    """Past the password, not past the code."""
    client = Client()
    enter(client)
    return client


def verbs() -> list[str]:
    return list(AuditEvent.objects.order_by("number").values_list("verb", flat=True))


def refused(answer) -> list[str]:
    return answer.context["form"].errors.get("code", [])


WRONG_CODE = "动态口令不对，或已经用过。请核对手机时间，输入当前显示的 6 位数字。"


class TestSettingUp:
    def test_by_ones_own_wish(self, person: User) -> None:
        client = half_in(person)
        assert client.get("/audit/").status_code == 200  # nothing is asked of whoever has none
        assert client.get(SETUP).context["qr"] == ""
        assert client.post(SETUP, {"begin": "1"}).headers["Location"] == SETUP
        device = TOTPDevice.objects.get()
        html = client.get(SETUP).content.decode()
        assert secret_shown(html) == accounts_secret(device)
        assert client.post(SETUP, {"code": code_for(device)}).headers["Location"] == "/account/"
        device.refresh_from_db()
        assert device.confirmed
        assert client.get("/audit/").status_code == 200
        assert verbs() == ["登录", "启用动态口令"]

    def test_looking_makes_nothing(self, person: User) -> None:
        client = half_in(person)
        client.get(SETUP)
        assert not TOTPDevice.objects.exists()

    def test_the_picture_is_markup_that_the_policy_lets_through(self, person: User) -> None:
        client = half_in(person)
        client.post(SETUP, {"begin": "1"})
        picture = re.search(r"<svg.*?</svg>", client.get(SETUP).content.decode())[0]
        assert set(re.findall(r"<(\w+)", picture)) == {"svg", "g", "path"}
        assert not re.search(r"style=|href=|data:|on\w+=", picture)

    def test_the_secret_stays_the_same_until_it_is_in_use_and_is_then_shown_no_more(self, person: User) -> None:
        client = half_in(person)
        for _ in range(2):
            client.post(SETUP, {"begin": "1"})
        device = TOTPDevice.objects.get()
        client.post(SETUP, {"code": code_for(device)})
        assert client.get(SETUP).headers["Location"] == "/account/"
        assert client.post(SETUP, {"begin": "1"}).headers["Location"] == "/account/"
        assert TOTPDevice.objects.get() == device

    def test_a_wrong_code_keeps_it_out_of_use(self, person: User) -> None:
        client = half_in(person)
        client.post(SETUP, {"begin": "1"})
        wrong = f"{(int(code_for(TOTPDevice.objects.get())) + 500_000) % 1_000_000:06}"
        assert refused(client.post(SETUP, {"code": wrong})) == [WRONG_CODE]
        assert TOTPDevice.objects.get().confirmed is False

    @pytest.mark.parametrize("typed", ["12345", "1234567", "abcdef", "12 34"])
    def test_six_digits_or_nothing_is_tried(self, person: User, typed: str) -> None:
        client = half_in(person)
        client.post(SETUP, {"begin": "1"})
        assert refused(client.post(SETUP, {"code": typed})) == ["动态口令是 6 位数字。"]
        assert TOTPDevice.objects.get().throttling_failure_count == 0

    def test_spaces_and_full_width_digits_are_read_as_meant(self, person: User) -> None:
        client = half_in(person)
        client.post(SETUP, {"begin": "1"})
        code = code_for(TOTPDevice.objects.get()).translate(
            {ord("0") + at: "０１２３４５６７８９"[at] for at in range(10)}
        )
        assert client.post(SETUP, {"code": f" {code[:3]} {code[3:]} "}).status_code == 302

    def test_nothing_to_confirm(self, person: User) -> None:
        answer = half_in(person).post(SETUP, {"code": "123456"})
        assert answer.context["form"].non_field_errors() == ["还没有可启用的密钥，请从头设置。"]


def secret_shown(html: str) -> str:
    return re.search(r'<code class="secret">(.*?)</code>', html)[1].replace(" ", "")


def accounts_secret(device: TOTPDevice) -> str:
    return re.search(r"secret=(\w+)", device.config_url)[1]


class TestLoggingIn:
    @pytest.mark.parametrize(
        "path", ["/", "/audit/", "/account/", "/account/password/", "/roles/", "/admin/", "/start/"]
    )
    def test_the_password_alone_opens_nothing(self, person: User, device: TOTPDevice, path: str) -> None:
        client = half_in(person)
        assert client.get(path).headers["Location"] == f"{ASK}?next=" + path.replace("/", "%2F")
        assert client.post(path).headers["Location"] == ASK

    def test_least_of_all_another_device_or_another_password(self, person: User, device: TOTPDevice) -> None:
        client = half_in(person)
        assert client.post(SETUP, {"begin": "1"}).headers["Location"] == ASK
        new = {"old_password": PASSWORD, "new_password1": "a-new-word-1", "new_password2": "a-new-word-1"}
        client.post("/account/password/", new)
        person.refresh_from_db()
        assert person.check_password(PASSWORD)
        assert TOTPDevice.objects.get() == device

    def test_with_the_code_one_goes_on_to_where_one_wanted(self, person: User, device: TOTPDevice) -> None:
        client = Client()
        assert enter(client, next="/audit/").headers["Location"] == "/audit/"
        asked = client.get("/audit/", follow=True)
        assert asked.redirect_chain == [(f"{ASK}?next=%2Faudit%2F", 302)]
        answer = client.post(ASK, {"code": code_for(device), "next": asked.context["next"]})
        assert answer.headers["Location"] == "/audit/"
        assert client.get("/audit/").status_code == 200
        assert verbs() == ["登录", "动态口令通过"]

    def test_never_to_another_site(self, person: User, device: TOTPDevice) -> None:
        answer = half_in(person).post(ASK, {"code": code_for(device), "next": "https://example.org/"})
        assert answer.headers["Location"] == "/start/"

    def test_a_new_session_key_so_that_one_stolen_before_is_worth_nothing(
        self, person: User, device: TOTPDevice
    ) -> None:
        client = half_in(person)
        before = client.session.session_key
        client.post(ASK, {"code": code_for(device)})
        assert client.session.session_key != before

    def test_each_code_once(self, person: User, device: TOTPDevice) -> None:
        code = code_for(device)
        assert half_in(person).post(ASK, {"code": code}).status_code == 302
        assert refused(half_in(person).post(ASK, {"code": code})) == [WRONG_CODE]

    def test_guessing_takes_ever_longer_and_is_recorded(self, person: User, device: TOTPDevice) -> None:
        client = half_in(person)
        wrong = f"{(int(code_for(device)) + 500_000) % 1_000_000:06}"
        assert refused(client.post(ASK, {"code": wrong})) == [WRONG_CODE]
        TOTPDevice.objects.update(throttling_failure_count=10)
        (sentence,) = refused(client.post(ASK, {"code": code_for(device)}))
        assert re.fullmatch(r"输错次数较多，请在 \d\d月\d\d日 \d\d:\d\d:\d\d 以后再试。", sentence)
        assert verbs() == ["登录", "动态口令错误", "动态口令错误"]

    def test_each_session_for_itself(self, person: User, device: TOTPDevice) -> None:
        half_in(person).post(ASK, {"code": code_for(device)})
        assert half_in(person).get("/audit/").status_code == 302

    def test_one_can_leave_and_enter_as_somebody_else(self, person: User, device: TOTPDevice) -> None:
        assert half_in(person).post("/logout/").headers["Location"] == "/"

    def test_the_device_then_the_first_password(self, person: User, device: TOTPDevice) -> None:
        User.objects.update(must_change_password=True)
        client = half_in(person)
        assert client.get("/account/password/").headers["Location"].startswith(ASK)
        client.post(ASK, {"code": code_for(device)})
        assert client.get("/audit/").headers["Location"] == "/account/password/?next=%2Faudit%2F"


class TestRequiredByRole:
    @pytest.fixture(autouse=True)
    def rule(self):
        with override_settings(SECOND_FACTOR_ROLES=["auditor"]):
            yield

    def test_whoever_has_none_sets_one_up_first(self, person: User) -> None:
        client = half_in(person)
        answer = client.get("/audit/", follow=True)
        assert answer.redirect_chain == [(f"{ASK}?next=%2Faudit%2F", 302), (f"{SETUP}?next=%2Faudit%2F", 302)]
        assert answer.context["is_required"]
        client.post(SETUP, {"begin": "1"})
        answer = client.post(SETUP, {"code": code_for(TOTPDevice.objects.get()), "next": "/audit/"})
        assert answer.headers["Location"] == "/audit/"
        assert client.get("/audit/").status_code == 200

    def test_in_sessions_begun_before_the_rule_as_well(self, person: User) -> None:
        client = Client()
        client.force_login(person)
        assert client.get("/audit/").headers["Location"].startswith(ASK)

    def test_other_roles_are_not_asked(self) -> None:
        client = Client()
        client.force_login(make_user(Role.LEADER))
        assert client.get("/roles/").status_code == 200


class TestReset:
    @pytest.fixture
    def administrator(self) -> Client:
        client = Client()
        client.force_login(make_user(Role.ADMINISTRATOR))
        return client

    def form(self, person: User, **more: str) -> dict[str, str]:
        return {"username": person.username, "role": person.role, "is_active": "on", "unit": "", **more}

    def test_by_an_administrator_on_the_accounts_page(
        self, administrator: Client, person: User, device: TOTPDevice
    ) -> None:
        address = f"/admin/units/user/{person.pk}/change/"
        assert "重置动态口令" in administrator.get(address).content.decode()
        inside, outside = half_in(person), half_in(person)
        inside.post(ASK, {"code": code_for(device)})
        administrator.post(address, self.form(person, reset_second_factor="on"))
        assert not TOTPDevice.objects.exists()
        assert verbs()[-1] == "重置动态口令"
        assert inside.get("/audit/", follow=True).redirect_chain == [
            (f"{ASK}?next=%2Faudit%2F", 302),
            ("/audit/", 302),
        ]
        assert outside.get("/audit/", follow=True).status_code == 200
        assert "重置动态口令" not in administrator.get(address).content.decode()

    def test_not_of_ones_own(self, administrator: Client) -> None:
        own = User.objects.get(role=Role.ADMINISTRATOR)
        TOTPDevice.objects.create(user=own)
        assert "重置动态口令" not in administrator.get(f"/admin/units/user/{own.pk}/change/").content.decode()
        with pytest.raises(Exception, match="不能重置自己的动态口令"):
            accounts.reset_second_factor(own, user=own, now=NOW)
        assert TOTPDevice.objects.count() == 1

    @pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
    def test_by_nobody_else(self, person: User, device: TOTPDevice, role: Role) -> None:
        with pytest.raises(Exception, match="您的角色没有这项权限：维护账号。"):
            accounts.reset_second_factor(User(role=role), user=person, now=NOW)

    def test_the_back_office_shows_no_secret(self, administrator: Client, person: User, device: TOTPDevice) -> None:
        assert administrator.get("/admin/otp_totp/totpdevice/").status_code == 404
        html = administrator.get(f"/admin/units/user/{person.pk}/change/").content.decode()
        assert device.key not in html


class TestCost:
    def test_none_for_those_without_one_query_for_those_with(
        self, person: User, device: TOTPDevice, django_assert_num_queries
    ) -> None:
        other = Client()
        other.force_login(make_user(Role.LEADER))
        with django_assert_num_queries(3):  # session, account, the menu's plan
            other.get("/roles/")
        client = half_in(person)
        client.post(ASK, {"code": code_for(device)})
        with django_assert_num_queries(4):  # and the device, which may have been reset
            client.get("/roles/")
