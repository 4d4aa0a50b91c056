"""From nothing to a site with the customer's table; a second time, nothing that people have changed is touched."""

import re
import socket
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from tasks.models import Duty, MainTask, Measure, Plan
from units.models import Unit, User


@pytest.fixture(autouse=True)
def static_root(tmp_path):
    with override_settings(STATIC_ROOT=tmp_path / "static"):
        yield tmp_path / "static"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def prepare(port: int | None = None) -> str:
    out = StringIO()
    call_command("prepare_site", port=free_port() if port is None else port, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
class TestFirstRun:
    def test_brings_table_and_administrator_and_static_files(self, static_root) -> None:
        prepare()
        counts = (Plan.objects.count(), MainTask.objects.count(), Measure.objects.count(), Duty.objects.count())
        assert counts == (1, 25, 79, 190)
        assert User.objects.get().username == "admin"
        assert (static_root / "jiaodong" / "theme.css").is_file()

    def test_says_what_it_did_and_every_next_step(self) -> None:
        port = free_port()
        output = re.sub(r"密码：[\w-]{20}\n", "密码：…\n", prepare(port))
        assert output.splitlines() == [
            "准备数据库……",
            "装入分工表：主要任务 25 项，具体举措 79 项，职责 190 项。",
            "系统管理员账号：admin",
            "密码：…",
            "密码只显示这一次，请记下；首次登录时须更改。",
            "",
            f"网站地址：http://127.0.0.1:{port}/",
            "  1. 在浏览器中打开上面的地址，看总览和任务清单；",
            f"  2. 在 http://127.0.0.1:{port}/admin/ 登录后台，维护分工表、单位和账号；",
            "  3. 另开一个终端运行 make test，跑全部测试；只输入 make 列出其他命令。",
            "按 Ctrl-C 停止；再次 make run，内容都在。",
        ]


@pytest.mark.django_db
class TestSecondRun:
    def test_keeps_what_people_have_changed(self) -> None:
        prepare()
        Unit.objects.filter(name="青岛市政府").update(short_name="岛城")
        Measure.objects.filter(order=1, main_task__number=1).update(text="改过的举措。")
        before = list(User.objects.values())
        prepare()
        assert Unit.objects.get(name="青岛市政府").short_name == "岛城"
        assert Measure.objects.get(order=1, main_task__number=1).text == "改过的举措。"
        assert list(User.objects.values()) == before

    def test_never_brings_back_the_table_beside_another_plan(self) -> None:
        Plan.objects.create(title="另一张分工表", slug="another")
        prepare()
        assert [plan.slug for plan in Plan.objects.all()] == ["another"]

    def test_shows_no_password(self) -> None:
        prepare()
        assert [line for line in prepare().splitlines() if "密码" in line] == [
            "已有系统管理员账号 admin，没有改动。"
            "忘了 admin 的密码：.venv/bin/python manage.py create_administrator --reset"
        ]


class TestPort:
    """The port is asked for first: no database is needed to hear that it is taken."""

    def test_taken(self) -> None:
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            with pytest.raises(CommandError) as refused:
                prepare(port)
        assert str(refused.value) == (
            f"端口 {port} 已被占用。本站可能已在运行；或者换一个端口，例如：make run PORT={port + 1}"
        )

    def test_no_such_port(self) -> None:
        with pytest.raises(CommandError, match=r"^端口应在 1 到 65535 之间，现在是 70000。$"):
            prepare(70000)
