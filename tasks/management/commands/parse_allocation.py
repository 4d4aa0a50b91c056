"""`manage.py parse_allocation FILE`: what the reader makes of a table. Touches no database."""

import json
import sys
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand

from tasks.allocation.findings import Finding
from tasks.allocation.table import DraftMeasure, DraftPlan
from tasks.choices import DutyRole
from tasks.management.allocation import add_source_options, default_book, read_source


class Command(BaseCommand):
    help = "读分工表，列出任务、举措、职责和发现的问题；不写数据库。有错误时退出码为 1。"
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_source_options(parser)
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, **options: Any) -> None:
        draft = read_source(options, default_book()).draft
        if options["json"]:
            self.stdout.write(json.dumps(as_data(draft), ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(summary(draft)))
        if draft.errors:
            sys.exit(1)


def as_data(draft: DraftPlan) -> dict[str, Any]:
    return {
        "title": draft.title,
        "tasks": [
            {
                "number": task.number,
                "title": task.title,
                "measures": [measure_data(measure) for measure in task.measures],
            }
            for task in draft.tasks
        ],
        "warnings": [finding_data(finding) for finding in draft.warnings],
        "errors": [finding_data(finding) for finding in draft.errors],
    }


def measure_data(measure: DraftMeasure) -> dict[str, Any]:
    return {
        "text": measure.text,
        "responsibility_text": measure.responsibility_text,
        "source": {"line": measure.line, "paragraph": measure.paragraph},
        "assignments": [
            {"unit": assignment.unit, "role": assignment.role, "via_group": assignment.via_group}
            for assignment in measure.assignments
        ],
    }


def finding_data(finding: Finding) -> dict[str, Any]:
    return {"code": finding.code, "line": finding.line, "message": finding.message}


def summary(draft: DraftPlan) -> list[str]:
    measures = [measure for task in draft.tasks for measure in task.measures]
    roles = Counter(assignment.role for measure in measures for assignment in measure.assignments)
    counted = "，".join(f"{label} {roles[value]}" for value, label in DutyRole.choices if roles[value])
    lines = [
        f"标题：{draft.title or '（没有标题）'}",
        f"主要任务 {len(draft.tasks)} 项，具体举措 {len(measures)} 项，职责 {roles.total()} 项（{counted or '无'}）",
        f"错误 {len(draft.errors)} 处，提示 {len(draft.warnings)} 处",
    ]
    for word, findings in (("错误", draft.errors), ("提示", draft.warnings)):
        lines += [f"{word} 第 {finding.line} 行 {finding.code}：{finding.message}" for finding in findings]
    return lines
