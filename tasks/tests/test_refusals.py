"""A refusal is in the audit trail whether it is a page of its own or said beside what was typed."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from jiaodong.tests.test_import_order import ROOT
from tasks.tests.desk import client_of
from tasks.tests.form_page import address, post
from tasks.tests.journeys import forwarded, submitted
from tasks.tests.review_page import decide
from units.models import AuditEvent

OWN = "不能审核自己填写或提交的内容，请由他人审核。"


def refused() -> list[tuple[str, str, str]]:
    return list(AuditEvent.objects.filter(verb="被拒绝").order_by("number").values_list("actor", "subject", "after"))


@pytest.mark.django_db
@pytest.mark.usefixtures("stopped_clock")
class TestTold:
    def test_on_the_review_page(self, stage):
        own = submitted(stage, stage.group_duty, by=stage.office)
        answer = decide(stage.office, own)
        assert f"没有提交：{OWN}" in answer.content.decode()
        assert refused() == [(stage.office.username, f"POST /review/{own.pk}/", OWN)]

    def test_in_bulk(self, stage):
        own = submitted(stage, stage.group_duty, by=stage.office)
        client_of(stage.office).post("/review/pass/", {"report": f"{own.pk}.{own.version}"})
        assert refused() == [(stage.office.username, "POST /review/pass/", OWN)]

    def test_on_the_form_of_a_report(self, stage):
        report = forwarded(stage)
        post(stage, do="withdraw", version=report.version)
        sentence = "这份填报现在是“待复审”，您不能这样处理。请刷新页面，看现在可以办什么。"
        assert refused() == [(stage.reporter.username, f"POST {address(stage)}", sentence)]

    def test_a_mistake_is_no_refusal(self, stage):
        assert decide(stage.reviewer, submitted(stage), decision="return").status_code == 200
        assert refused() == []


OF_SERVICES = [
    *(ROOT / "tasks" / "services").glob("*.py"),
    ROOT / "units" / "services.py",
    ROOT / "units" / "accounts.py",
]
SAYS_WHAT_TO_DO = ("请", "须", "可以", "不用", "不需要")


def sentences(path: Path) -> Iterator[str]:
    """What a module's verbs refuse with, where it stands beside no field of a form: its fixed words, in one piece each."""
    tree = ast.parse(path.read_text())
    constants = {ast.unparse(node.targets[0]): node.value for node in tree.body if isinstance(node, ast.Assign)}
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and ast.unparse(call.func) in ("ValidationError", "PermissionDenied"):
            (said,) = call.args
            named = [
                constants[node.id] for node in ast.walk(said) if isinstance(node, ast.Name) and node.id in constants
            ]
            words = [node.value for part in (said, *named) for node in ast.walk(part) if is_text(node)]
            if words and not isinstance(said, ast.Dict | ast.DictComp):
                yield "".join(words)


def is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_a_refusal_says_what_to_do_about_it() -> None:
    said = [sentence for path in sorted(OF_SERVICES) for sentence in sentences(path)]
    assert len(said) > 50
    assert [sentence for sentence in said if not any(word in sentence for word in SAYS_WHAT_TO_DO)] == []


def handlers() -> list[tuple[str, ast.ExceptHandler]]:
    """Every place of the pages where a refusal is caught."""
    return [
        (f"{path.relative_to(ROOT)}:{node.lineno}", node)
        for path in sorted(ROOT.glob("*/views/*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler) and "PermissionDenied" in ast.unparse(node.type)
    ]


def test_whoever_catches_a_refusal_notes_it() -> None:
    assert len(handlers()) >= 8
    assert [place for place, node in handlers() if "note_refusal(request, refused)" not in ast.unparse(node)] == []
