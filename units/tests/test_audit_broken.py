"""Every way of breaking the chain past the program shows, and `verify_audit` names it."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from units import audit
from units.models import AuditEvent
from units.tests.trail import last, record

pytestmark = pytest.mark.django_db


def sql(statement: str, *values: object) -> None:
    """Past every guard of the program, as somebody with the database's password could."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


class TestBreaking:
    """What somebody does with SQL, and how `verify_audit` names it."""

    @pytest.fixture(autouse=True)
    def six(self) -> None:
        record(6)

    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("actor", "别人"),
            ("actor_key", 99),
            ("role", "领导"),
            ("unit", "省教育厅"),
            ("address", "10.0.0.1"),
            ("verb", "通过"),
            ("subject", "对象 9"),
            ("subject_kind", "责任单位"),
            ("subject_key", "9"),
            ("before", ""),
            ("after", "甲"),
            ("at", "2026-10-08 02:00:00+00:00"),
        ],
    )
    def test_one_field_altered(self, column: str, value: object) -> None:
        sql(f"UPDATE units_auditevent SET {column} = %s WHERE number = 3", value)  # noqa: S608
        assert audit.broken_links() == ["第 3 条的内容被改动过。"]

    def test_altered_and_given_a_fitting_hash(self) -> None:
        sql("UPDATE units_auditevent SET verb = %s WHERE number = 3", "通过")
        sql("UPDATE units_auditevent SET hash = %s WHERE number = 3", AuditEvent.objects.get(number=3).computed_hash())
        assert audit.broken_links() == ["第 4 条与前一条不相接。"]

    def test_one_taken_from_the_middle(self) -> None:
        sql("DELETE FROM units_auditevent WHERE number = 3")
        assert audit.broken_links() == ["第 3 条缺失。"]

    def test_one_taken_and_the_rest_moved_up(self) -> None:
        sql("DELETE FROM units_auditevent WHERE number = 3")
        for number in (4, 5, 6):
            sql("UPDATE units_auditevent SET number = %s WHERE number = %s", number - 1, number)
        assert audit.broken_links() == [
            "第 3 条与前一条不相接。",
            "第 3 条的内容被改动过。",
            "第 4 条的内容被改动过。",
            "第 5 条的内容被改动过。",
            "末端记为第 6 条，实有到第 5 条：末尾有缺失或改动。",
        ]

    def test_the_last_ones_taken(self) -> None:
        sql("DELETE FROM units_auditevent WHERE number > 4")
        assert audit.broken_links() == ["末端记为第 6 条，实有到第 4 条：末尾有缺失或改动。"]

    def test_the_first_ones_taken(self) -> None:
        sql("DELETE FROM units_auditevent WHERE number < 3")
        assert audit.broken_links() == ["第 1 至 2 条缺失。"]

    def test_all_taken(self) -> None:
        sql("DELETE FROM units_auditevent")
        assert audit.broken_links() == ["末端记为第 6 条，实有到第 0 条：末尾有缺失或改动。"]

    def test_two_changing_places(self) -> None:
        for old, new in ((2, 99), (5, 2), (99, 5)):
            sql("UPDATE units_auditevent SET number = %s WHERE number = %s", new, old)
        assert audit.broken_links() == [
            "第 2 条与前一条不相接。",
            "第 2 条的内容被改动过。",
            "第 3 条与前一条不相接。",
            "第 5 条与前一条不相接。",
            "第 5 条的内容被改动过。",
            "第 6 条与前一条不相接。",
        ]

    def test_one_slipped_in_at_the_end(self) -> None:
        sql(
            "INSERT INTO units_auditevent (number, at, actor, role, unit, address, verb, subject_kind, subject_key,"
            " subject, before, after, previous_hash, hash) SELECT 7, at, actor, role, unit, address, verb,"
            " subject_kind, subject_key, subject, before, after, hash, hash FROM units_auditevent WHERE number = 6"
        )
        assert audit.broken_links() == [
            "第 7 条的内容被改动过。",
            "末端记为第 6 条，实有到第 7 条：末尾有缺失或改动。",
        ]


def verify(*arguments: str) -> str:
    out = StringIO()
    call_command("verify_audit", *arguments, stdout=out)
    return out.getvalue()


class TestCommand:
    def test_counts_and_gives_the_end_to_keep(self) -> None:
        record(2)
        assert verify() == (
            f"操作日志共 2 条，没有缺失和改动。\n末条：2:{last().hash}\n请把末条的条号和校验值另行保存。\n"
        )

    def test_an_empty_trail_is_whole(self) -> None:
        assert verify().startswith("操作日志共 0 条，没有缺失和改动。\n")

    def test_says_what_is_wrong_and_fails(self) -> None:
        record(3)
        sql("UPDATE units_auditevent SET verb = 'x' WHERE number = 2")
        out = StringIO()
        with pytest.raises(CommandError, match=r"^操作日志有 1 处不符，内容不可信。") as failure:
            call_command("verify_audit", stdout=out)
        assert (out.getvalue(), failure.value.returncode) == ("第 2 条的内容被改动过。\n", 1)

    def test_a_chain_made_anew_shows_in_what_was_kept_elsewhere(self) -> None:
        record(3)
        kept = f"2:{AuditEvent.objects.get(number=2).hash}"
        assert verify("--kept", kept).startswith("操作日志共 3 条，没有缺失和改动。\n")
        sql("DELETE FROM units_auditevent")
        sql("DELETE FROM units_audithead")
        record(3, verb="另写")
        assert verify().startswith("操作日志共 3 条，没有缺失和改动。\n")
        out = StringIO()
        with pytest.raises(CommandError):
            call_command("verify_audit", "--kept", kept, stdout=out)
        assert out.getvalue() == "第 2 条与另行保存的校验值不符。\n"

    @pytest.mark.parametrize("wrong", ["2", "2:abc", "x:" + "0" * 64])
    def test_what_was_kept_is_read_strictly(self, wrong: str) -> None:
        with pytest.raises(CommandError, match="条号:校验值"):
            verify("--kept", wrong)
