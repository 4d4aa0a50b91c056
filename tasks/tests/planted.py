"""A marked word in every private text of the database, for the test that searches whatever an outsider can reach."""

import itertools
import string
from dataclasses import dataclass, field

from django.apps import apps
from django.core.files.base import ContentFile
from django.db import models
from django.db.models import QuerySet

from tasks.choices import ClaimState
from tasks.models import (
    Attachment,
    CompletionClaim,
    Duty,
    ExtensionRequest,
    Field,
    LightRule,
    MainTask,
    Measure,
    ProbableSlip,
    ProgressReport,
    ReportingPeriod,
    StocktakeWording,
    TableImport,
    Upload,
)
from tasks.services import (
    amending,
    closing,
    instructing,
    periods,
    publishing,
    reporting,
    reviewing,
    roundtrip,
    saved_views,
    standing,
)
from tasks.services.attaching import attach_file
from tasks.services.exporting import keep_export
from tasks.tests.bringing import HEAD, OWN, kept
from tasks.tests.journeys import approved, drafted, earlier_period, more_duties, returned, submitted
from tasks.tests.offline import Offline, taken
from tasks.tests.people import NOW, TODAY, Stage, content, make_period, make_stage
from units import audit
from units.models import UnitAlias, UnitGroupMember

# What an outsider may read: the table as issued with its units. Everything else is private unless it is published.
PUBLIC = {
    "Plan.slug", "Plan.title", "Plan.subject", "Field.name", "MainTask.title", "Measure.text",
    "Measure.responsibility_text", "Unit.name", "Unit.short_name", "Unit.slug", "UnitAlias.name",
}  # fmt: skip
PUBLISHED = {"ProgressReport.progress", "ReportingPeriod.label"}  # of the reports that are public, and of no other
TEXTS = (models.CharField, models.TextField, models.FileField)


def free_texts(model: type[models.Model]) -> list[models.Field]:
    """The fields that hold words; those with a closed vocabulary tell nothing of their own."""
    return [one for one in model._meta.concrete_fields if isinstance(one, TEXTS) and not one.choices]


def our_models() -> list[type[models.Model]]:
    """Histories of rows among them, which keep what a public text said before."""
    return [model for model in apps.get_models() if model._meta.app_label in {"units", "tasks"}]


def label(model: type[models.Model], name: str) -> str:
    return f"{model.__name__}.{name}"


def words():
    """Words that nobody writes, of letters only, so that no comparison of texts takes one apart."""
    for letters in itertools.product(string.ascii_lowercase, repeat=4):
        yield "qz" + "".join(letters) + "zq"


@dataclass
class Planted:
    """`private`: mark -> where it lies, as `Model.field key`. `public`: the marks of published texts, likewise."""

    stage: Stage
    private: dict[str, str] = field(default_factory=dict)
    public: dict[str, str] = field(default_factory=dict)

    @property
    def labels(self) -> set[str]:
        return {where.split()[0] for where in [*self.private.values(), *self.public.values()]}


def plant() -> Planted:
    stage = make_stage()
    (spare,) = more_duties(stage, 1)
    rows_of_every_model(stage)
    public_reports = reports_in_every_state(stage)
    standing.rebuild(stage.plan, now=NOW)  # some measures were made past the services
    brought_back(stage, spare)
    planted, supply = Planted(stage), words()
    seen = {("ProgressReport.progress", report.pk) for report in public_reports}
    seen |= {("ReportingPeriod.label", report.period_id) for report in public_reports}
    for model in our_models():
        names = [one.name for one in free_texts(model) if label(model, one.name) not in PUBLIC]
        for key in QuerySet(model).values_list("pk", flat=True) if names else ():
            marks = {name: next(supply) for name in names}
            for name, mark in marks.items():
                kind = planted.public if (label(model, name), key) in seen else planted.private
                kind[mark] = f"{label(model, name)} {key}"
            if model is Attachment:
                planted.private |= content_of_file(key, marks, next(supply))
            if model is Upload:
                planted.private |= content_of_workbook(stage, key, marks, next(supply))
            if model is TableImport:
                planted.private |= content_of_table(key, marks, next(supply))
            QuerySet(model).filter(pk=key).update(**marks)
    return planted


def content_of_file(key: int, marks: dict[str, str], mark: str) -> dict[str, str]:
    """Put a file with a marked content under a marked name; what the row's `file` says becomes its place."""
    storage = Attachment.objects.get(pk=key).file.storage
    marks["file"] = storage.save(f"attachments/{marks['file']}.pdf", ContentFile(f"%PDF-1.4 {mark}".encode()))
    return {mark: f"Attachment.content {key}"}


def content_of_workbook(stage: Stage, key: int, marks: dict[str, str], mark: str) -> dict[str, str]:
    """A returned workbook in which somebody has typed a marked word."""
    offline = Offline(taken(stage.reporter, stage.period, stage.duty.unit), stage.period.pk)
    offline.fill(stage.duty, risk=mark)
    storage = Upload.objects.get(pk=key).file.storage
    marks["file"] = storage.save(f"uploads/{marks['file']}.xlsx", ContentFile(offline.saved()))
    return {mark: f"Upload.content {key}"}


def content_of_table(key: int, marks: dict[str, str], mark: str) -> dict[str, str]:
    """A table in which a measure has a marked word."""
    storage = TableImport.objects.get(pk=key).file.storage
    text = f"{HEAD}1\t甲\t{mark}\t青岛海关负责\n"
    marks["file"] = storage.save(f"tables/{marks['file']}", ContentFile(text.encode()))
    return {mark: f"TableImport.content {key}"}


def brought_back(stage: Stage, duty: Duty) -> None:
    """A returned workbook that waits for its owner, and what was written from another."""
    about = {"period": stage.period, "unit": stage.duty.unit, "made_at": NOW, "now": NOW}
    kept = roundtrip.keep_upload(stage.reporter, name="回来.xlsx", data=b"xlsx", **about)
    row = roundtrip.ChosenRow(duty, content(), None, [("表", "H6", "progress", "", "8月5日")])
    roundtrip.apply_changes(stage.reporter, upload=kept, rows=[row], now=NOW)


def rows_of_every_model(stage: Stage) -> None:
    """Whatever no report brings: the table's own private rows, claims, extensions, amendments, events."""
    MainTask.objects.update(field=Field.objects.create(plan=stage.plan, position=1, name="基础设施", basis="依据"))
    ProbableSlip.objects.create(measure=stage.measure, as_written="人海", probably="入海", remark="形近")
    UnitAlias.objects.create(unit=stage.duty.unit, name="交通运输厅")
    UnitGroupMember.objects.create(group=stage.group_duty.unit.group, unit=stage.other_duty.unit)
    for row in (*Measure.objects.all(), stage.duty, stage.plan, MainTask.objects.get()):
        row.save()  # a second version of each in its history
    settings = {"measure": stage.measure, "changes": {"due_on": TODAY.replace(month=12)}}
    amending.amend_measure(stage.office, **settings, reason="年度计划", document="鲁政发〔2026〕1号", now=NOW)
    for state in (ClaimState.RETURNED, ClaimState.GRANTED, ClaimState.PENDING):
        claims(stage, state)
    taken = {"digest": "0" * 64, "kind": "progress", "plan": stage.plan, "period": stage.period, "as_of": TODAY}
    keep_export(stage.office, code="A" * 10, **taken, query="q=甲", conditions="关键词：甲", row_count=1, now=NOW)
    instructed(stage)
    kept_by_staff(stage)
    waiting, done = (kept(stage.office, text, NOW) for text in (HEAD + OWN, OWN))
    assert waiting != done
    TableImport.objects.filter(pk=done.pk).update(plan=stage.plan, applied_at=NOW, applied_by=stage.office)
    audit.record(stage.office, "存草稿", stage.measure, now=NOW, before="前", after="后")


def claims(stage: Stage, state: str) -> None:
    evidence = {"result": "全部可以刷卡", "document": "文号", "completed_on": TODAY, "link": "https://example.cn/"}
    claim = closing.claim_completion(stage.reporter, duty=stage.duty, **evidence, now=NOW)
    later = TODAY.replace(year=2027 + ExtensionRequest.objects.count())
    request = closing.request_extension(stage.reporter, duty=stage.duty, new_due_on=later, reason="批复推迟", now=NOW)
    if state == ClaimState.RETURNED:
        closing.return_completion(stage.office, claim=claim, reason="请补证据", now=NOW)
        closing.return_extension(stage.office, request=request, reason="理由不足", now=NOW)
    if state == ClaimState.GRANTED:
        closing.verify_completion(stage.office, claim=claim, remark="属实", now=NOW)
        closing.reopen_measure(stage.office, claim=claim, reason="又停用", now=NOW)
        closing.grant_extension(stage.office, request=request, remark="同意", document="批件", now=NOW)
    assert CompletionClaim.objects.filter(state=state).count() == 1


def kept_by_staff(stage: Stage) -> None:
    """A rule that is not in force yet, a shared view, words for the stocktake."""
    later = TODAY.replace(year=2030)
    points = {"risk_points": 15, "late_points": 35, "urgent_days": 7, "soon_days": 30}
    LightRule.objects.create(
        number=2, since_on=later, **points, reason="年度调整", adopted_at=NOW, adopted_by=stage.office
    )
    saved_views.save_view(
        stage.office, plan=stage.plan, name="逾期", query="deadline=overdue", is_shared=True, now=NOW
    )
    StocktakeWording.objects.create(
        plan=stage.plan, section="overview", text="平稳。", saved_at=NOW, saved_by=stage.office
    )


def instructed(stage: Stage) -> None:
    """One that waits, and one that was answered."""
    about = {"plan": stage.plan, "owner": stage.duty.unit, "due_on": TODAY.replace(month=12), "measure": stage.measure}
    for text in ("请接通。", "请续办。"):
        one = instructing.give_instruction(stage.leader, text=text, **about, now=NOW)
    instructing.answer_instruction(stage.reporter, instruction=one, text="已接通。", seen_at=None, now=NOW)


def reports_in_every_state(stage: Stage) -> list[ProgressReport]:
    """Reports brought by the services to every state, with files and reviews; those that are public are returned."""
    before = earlier_period(stage)
    make_period(stage.plan, "2026年一季度", TODAY.replace(month=3), opens_on=TODAY, due_on=TODAY)
    plain, replaced, kept, taken, waiting, *others = more_duties(stage, 9)
    old = {duty: approved(stage, duty, before, risk="风险") for duty in (replaced, kept, waiting)}
    periods.freeze_period(stage.office, period=before, now=NOW)
    published = [approved(stage, plain), old[replaced], old[kept], approved(stage, taken)]
    publishing.publish_reports(stage.office, reports=published, now=NOW)
    publishing.unpublish_report(stage.office, report=published[3], reason="数字有误", now=NOW)
    correction = corrected(stage, old[replaced])
    publishing.publish_reports(stage.office, reports=[correction], now=NOW)
    corrected(stage, old[kept])
    corrected(stage, old[waiting], is_approved=False)
    for bring, duty in zip((drafted, submitted, returned, approved), others, strict=True):
        bring(stage, duty)
    evidenced(stage)
    return [published[0], correction, old[kept]]


def corrected(stage: Stage, report: ProgressReport, *, is_approved: bool = True) -> ProgressReport:
    entry = reviewing.correct_report(
        stage.office, report=report, content=content(progress="更正为 8月1日。"), reason="日期有误", now=NOW
    )
    if not is_approved:
        return entry
    return reviewing.approve_report(stage.second_office, report=entry, version=entry.version, now=NOW, remark="属实")


def evidenced(stage: Stage) -> None:
    """A published report with a file and remarks, and one that waits for the Office."""
    report = drafted(stage)
    attach_file(stage.reporter, report=report, name="会议纪要.pdf", data=b"%PDF-1.4", now=NOW)
    report = reporting.submit_report(stage.reporter, report=report, version=report.version, now=NOW)
    reviewing.forward_report(stage.reviewer, report=report, version=report.version, now=NOW, remark="已核")
    assert ReportingPeriod.objects.count() == 3
