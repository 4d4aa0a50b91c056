"""`parse_allocation` and `import_allocation`, as a person types them."""

import json
import shutil

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from tasks.models import Duty, Field, MainTask, Measure, Plan, ProbableSlip
from units.models import Unit

FIXTURES = settings.BASE_DIR / "fixtures"
TABLE = str(FIXTURES / "allocation_table.txt")
CORRECTIONS = ["--corrections", str(FIXTURES / "corrections.json")]


def parse(capsys, *arguments: str) -> dict:
    call_command("parse_allocation", *arguments, "--json")
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def small_table(tmp_path):
    path = tmp_path / "表.txt"
    path.write_text("分工表\n1\t甲\t举一\t鲁南两市政府、省工信厅负责\n")
    return path


class TestParse:
    def test_prints_the_plan_as_json(self, capsys):
        data = parse(capsys, TABLE, *CORRECTIONS)
        assert list(data) == ["title", "tasks", "warnings", "errors"]
        assert (data["title"], len(data["tasks"]), data["errors"]) == ("重点任务推进落实分工表", 25, [])
        first = data["tasks"][0]["measures"][5]
        assert first["text"] == "推行胶东五市公共交通“一卡通”。"
        assert first["source"] == {"line": 6, "paragraph": 6}
        assert first["assignments"][0] == {"unit": "青岛市政府", "role": "responsible", "via_group": "胶东五市政府"}
        assert data["warnings"][0]["code"] == "BLANK_NUMBER_ROW"
        assert set(data["warnings"][0]) == {"code", "line", "message"}

    def test_aliases_and_closed_groups_add_to_those_of_the_fixture(self, capsys, small_table, tmp_path):
        aliases = tmp_path / "aliases.json"
        aliases.write_text(json.dumps({"省工信厅": "省工业和信息化厅"}))
        data = parse(
            capsys,
            str(small_table),
            "--aliases",
            str(aliases),
            "--closed-group",
            "鲁南两市政府=枣庄市政府，济宁市政府",
        )
        assert [(item["unit"], item["via_group"]) for item in data["tasks"][0]["measures"][0]["assignments"]] == [
            ("枣庄市政府", "鲁南两市政府"),
            ("济宁市政府", "鲁南两市政府"),
            ("省工业和信息化厅", None),
        ]

    def test_errors_are_listed_and_the_exit_code_is_one(self, capsys, tmp_path):
        path = tmp_path / "坏.txt"
        path.write_text("分工表\nx\t甲\t举一\t省教育厅负责\n")
        with pytest.raises(SystemExit) as stop:
            call_command("parse_allocation", str(path), "--json")
        assert stop.value.code == 1
        assert [(item["code"], item["line"]) for item in json.loads(capsys.readouterr().out)["errors"]] == [
            ("BAD_NUMBER", 2)
        ]

    def test_without_json_it_speaks_to_people(self, capsys):
        call_command("parse_allocation", TABLE, *CORRECTIONS)
        assert capsys.readouterr().out.splitlines()[:3] == [
            "标题：重点任务推进落实分工表",
            "主要任务 25 项，具体举措 79 项，职责 190 项（牵头 27，按职责分工 134，分别负责 7，负责 22）",
            "错误 0 处，提示 6 处",
        ]

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (["没有.txt"], "读不到文件"),
            ([TABLE, "--corrections", TABLE], "不是合法的 JSON"),
            ([TABLE, "--closed-group", "只有名字"], "--closed-group 应写成"),
            ([TABLE, "--aliases", str(FIXTURES / "corrections.json"), "--corrections", "没有.json"], "读不到文件"),
        ],
    )
    def test_what_cannot_be_read_is_said(self, arguments, sentence):
        with pytest.raises(CommandError, match=sentence):
            call_command("parse_allocation", *arguments)


@pytest.mark.django_db
class TestImport:
    def test_loads_the_customers_table(self, capsys):
        call_command("import_allocation", TABLE, *CORRECTIONS)
        assert "职责 190 项" in capsys.readouterr().out
        assert (MainTask.objects.count(), Measure.objects.count(), Duty.objects.count()) == (25, 79, 190)

    def test_a_dry_run_stores_nothing(self, capsys):
        call_command("import_allocation", TABLE, *CORRECTIONS, "--dry-run")
        out = capsys.readouterr().out
        assert "+ 主要任务 25：年度滚动实施" in out
        assert "这是试运行，没有写入。" in out
        assert not Plan.objects.exists()
        assert not Unit.objects.exists()

    def test_again_says_that_there_is_no_difference(self, capsys):
        call_command("import_allocation", TABLE, *CORRECTIONS)
        capsys.readouterr()
        call_command("import_allocation", TABLE, *CORRECTIONS)
        assert "与现有方案没有差异。" in capsys.readouterr().out
        assert Duty.objects.count() == 190

    def test_with_errors_nothing_is_stored(self, tmp_path):
        path = tmp_path / "坏.txt"
        path.write_text("分工表\n1\t甲\t举一\t\n")
        with pytest.raises(CommandError, match="没有写入"):
            call_command("import_allocation", str(path))
        assert not Unit.objects.exists()

    def test_a_text_no_database_can_hold_is_refused(self, tmp_path):
        path = tmp_path / "空字符.txt"
        path.write_text("分工表\n1\t甲\t举\x00一\t省教育厅负责\n")
        with pytest.raises(CommandError, match="空字符"):
            call_command("import_allocation", str(path))
        assert not Plan.objects.exists()

    def test_a_file_without_a_table_is_refused(self, tmp_path):
        path = tmp_path / "空.txt"
        path.write_text("")
        with pytest.raises(CommandError, match="没有读到任何主要任务"):
            call_command("import_allocation", str(path))


@pytest.mark.django_db
class TestFixture:
    def test_is_what_the_command_makes_of_the_table_to_the_byte(self, settings, tmp_path):
        committed = (FIXTURES / "jiaodong.json").read_bytes()
        (tmp_path / "fixtures").mkdir()
        shutil.copy(FIXTURES / "units.json", tmp_path / "fixtures")
        call_command("loaddata", "units.json", verbosity=0)
        settings.BASE_DIR = tmp_path
        call_command("import_allocation", TABLE, *CORRECTIONS, "--dry-run", "--write-fixture")
        assert (tmp_path / "fixtures" / "jiaodong.json").read_bytes() == committed

    def test_loaddata_gives_the_counts_of_the_table(self):
        call_command("loaddata", "units.json", "jiaodong.json", verbosity=0)
        assert (MainTask.objects.count(), Measure.objects.count(), Duty.objects.count()) == (25, 79, 190)
        assert (Field.objects.count(), ProbableSlip.objects.count(), Unit.objects.count()) == (7, 8, 46)
        assert Duty.objects.exclude(via_group=None).count() == 25

    def test_loaded_or_imported_is_the_same(self, capsys):
        call_command("loaddata", "units.json", "jiaodong.json", verbosity=0)
        call_command("import_allocation", TABLE, *CORRECTIONS)
        assert "与现有方案没有差异。" in capsys.readouterr().out
        assert not Measure.history.exists()
