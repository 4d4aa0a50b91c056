"""Addresses of the pages that show the rows behind a figure, with exactly the parameters that give those rows."""

from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from tasks.models import Plan


def with_params(address: str, params: dict[str, Any]) -> str:
    return f"{address}?{urlencode(params)}" if params else address


def ledger_url(plan: Plan, **params: Any) -> str:
    return of_ledger(plan.slug, tuple(params.items()))


@lru_cache(maxsize=4096)  # a dashboard has four hundred of them, the same each time
def of_ledger(slug: str, params: tuple[tuple[str, Any], ...]) -> str:
    return with_params(of_plan("ledger", slug), dict(params))


@lru_cache(maxsize=64)
def of_plan(page: str, slug: str) -> str:
    return reverse(page, args=[slug])


def compare_url(plan: Plan, **params: Any) -> str:
    return with_params(of_plan("compare", plan.slug), params)


def instruction_url(plan: Plan, code: str, report: int) -> str:
    """Where a leader writes a 批示 on a report; `code` is that of its measure."""
    return f"{of_plan('instruction-new', plan.slug)}?measure={code}&report={report}"
