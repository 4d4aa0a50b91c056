"""批示: the list of a plan, one with its course, and what the person before it may do."""

from collections.abc import Callable
from typing import NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tasks.choices import InstructionState
from tasks.forms_office import AnswerForm, InstructionReasonForm, SeenForm
from tasks.models import Instruction, Plan, ProgressReport
from tasks.permissions import can_move_instruction, visible_to
from tasks.queries import instructions as queries
from tasks.services import instructing as services
from tasks.views.instruction_rows import instruction_line
from tasks.views.kept import login_keeps_text, typed
from units.permissions import Permission, require

PER_PAGE = 50
FIGURES = {  # of the strip: key of `Counts` -> its words and what its link asks for
    "all": ("全部", {}),
    "open": ("办理中", {"state": "open"}),
    "overdue": ("逾期", {"overdue": "1"}),
    "answered": ("已反馈", {"state": "answered"}),
    "closed": ("已办结", {"state": "closed"}),
}


class Figure(NamedTuple):
    words: str
    count: int
    query: str
    is_shown: bool


class Asked(NamedTuple):
    """The conditions of a list's URL that can be used, and sentences about the others."""

    values: dict[str, str]
    problems: list[str]


@login_keeps_text
@never_cache
@require_safe
def instruction_list(request: HttpRequest, slug: str) -> HttpResponse:
    require(request.user, Permission.SEE_INSTRUCTIONS)
    plan, today = get_object_or_404(Plan, slug=slug), timezone.localdate()
    owners = queries.owners(plan, request.user)
    asked = conditions(request.GET, dict(owners))
    owner, state = asked.values.get("owner", ""), asked.values.get("state", "")
    found = queries.selected(plan, request.user, today, state, owner, "overdue" in asked.values)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    counts = queries.counts(queries.selected(plan, request.user, today, owner=owner), today)
    context = {
        "plan": plan,
        "page": page,
        "lines": [instruction_line(one, today) for one in page],
        "figures": strip(counts, asked.values),
        "owners": owners,
        "owner": owner,
        "asked": asked,
        "in_words": in_words(asked.values, dict(owners)),
    }
    return render(request, "tasks/instructions/list.html", context)


def conditions(params: QueryDict, owners: dict[str, str]) -> Asked:
    known = {"state": InstructionState.values, "owner": owners, "overdue": ["1"]}
    given = {name: params[name] for name in known if params.get(name)}
    used = {name: value for name, value in given.items() if value in known[name]}
    ignored = [f"没有“{given[name]}”这一选项，这个条件没有使用，其余条件照常。" for name in given if name not in used]
    return Asked(used, ignored)


def strip(counts: queries.Counts, asked: dict[str, str]) -> list[Figure]:
    """Each count with the address of exactly what it counts; the unit chosen stays chosen."""
    kept = {name: value for name, value in asked.items() if name == "owner"}
    return [
        Figure(words, getattr(counts, key), urlencoded({**kept, **wanted}), {**kept, **wanted} == asked)
        for key, (words, wanted) in FIGURES.items()
    ]


def urlencoded(values: dict[str, str]) -> str:
    params = QueryDict(mutable=True)
    params.update(values)
    return params.urlencode()


def in_words(asked: dict[str, str], owners: dict[str, str]) -> str:
    words = [owners.get(asked.get("owner", ""), ""), dict(InstructionState.choices).get(asked.get("state", ""), "")]
    return "、".join(filter(None, [*words, "逾期" if "overdue" in asked else ""]))


class Door(NamedTuple):
    """One thing that can be done to an instruction: its form, and what is called with the form's words."""

    verb: str
    form: type[SeenForm]
    call: Callable[..., Instruction]
    words: str
    said: str


DOORS = {
    "answer": Door("answer_instruction", AnswerForm, services.answer_instruction, "answer", "已反馈，等待办结"),
    "return": Door(
        "return_instruction",
        InstructionReasonForm,
        services.return_instruction,
        "reason",
        "已退回，承办单位能看到理由",
    ),
    "close": Door("close_instruction", InstructionReasonForm, services.close_instruction, "reason", "已办结"),
}


@login_keeps_text
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def instruction(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One instruction; a POST says in `do` which of the doors it goes through."""
    found = visible_to(request.user, Instruction).select_related(*queries.JOINS, "answered_by", "closed_by")
    one = get_object_or_404(found, plan__slug=slug, number=number)
    data = typed(request)
    if request.method != "POST":
        return show(request, one, data=data)
    door = DOORS.get(request.POST.get("do", ""))
    if door is None:
        raise PermissionDenied("没有这项操作。")
    form = door.form(data)
    if refused := carry_out(request, one, door, form):
        return refused
    messages.success(request, f"{one}{door.said}。")
    return redirect("instruction", slug, number)


def carry_out(request: HttpRequest, one: Instruction, door: Door, form: SeenForm) -> HttpResponse | None:
    """Do it; the page with what is to be mended where it was refused."""
    if form.is_valid():
        words = {"text" if door.words == "answer" else door.words: form.cleaned_data[door.words]}
        with form.refusals():
            door.call(request.user, instruction=one, seen_at=form.cleaned_data["seen_at"], **words, now=timezone.now())
    if not form.errors:
        return None
    one.refresh_from_db()
    return show(request, one, form)


def show(
    request: HttpRequest, one: Instruction, form: SeenForm | None = None, data: QueryDict | None = None
) -> HttpResponse:
    seen = {"seen_at": one.answered_at.isoformat() if one.answered_at else ""}
    may = {do: can_move_instruction(request.user, door.verb, one) for do, door in DOORS.items()}
    if form is None and any(may.values()):
        form = (
            AnswerForm(data, initial={**seen, "answer": one.answer})
            if may["answer"]
            else InstructionReasonForm(data, initial=seen)
        )
    reports = visible_to(request.user, ProgressReport).select_related("duty__unit", "period", "coordination_unit")
    context = {
        "plan": one.plan,
        "one": one,
        "measure": one.measure,
        "line": instruction_line(one, timezone.localdate()),
        "report": reports.filter(pk=one.report_id).first() if one.report_id else None,
        "acts": queries.course(one),
        "may": may,
        "form": form,
    }
    return render(request, "tasks/instructions/instruction.html", context)
