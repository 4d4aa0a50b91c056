"""Who sees what besides reports: claims and requests, amendments, slips, periods, accounts, the audit trail."""

import pytest
from django.apps import apps

from tasks.choices import ClaimState
from tasks.models import (
    Amendment,
    ChangedReport,
    ChangeSet,
    CompletionClaim,
    Duty,
    ExtensionRequest,
    FrozenMeasure,
    Instruction,
    Measure,
    Plan,
    ProbableSlip,
    ReportingPeriod,
    Upload,
)
from tasks.permissions import VISIBLE, visible_to
from tasks.services import closing, instructing, roundtrip
from tasks.services.amending import amend_measure
from tasks.services.periods import freeze_period
from tasks.tests.people import NOW, TODAY, Stage, content
from tasks.tests.readers import ABOVE, NOT_STAFF, OWN_UNIT, STAFF, browser_of, readers
from units import audit
from units.models import AuditEvent, AuditHead, Unit, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
MEASURE = "/plans/jiaodong/measures/1-1/"
INSTRUCTIONS = "/plans/jiaodong/instructions/"
SHARING = OWN_UNIT | ABOVE | {"other_reporter", "other_reviewer"}  # the measure's units, and who reads everything
INSIDE = {"office", "administrator", "auditor"}  # of the back office


@pytest.fixture
def people(stage) -> dict:
    return readers(stage)


def seeing(people: dict, model) -> set[str]:
    """Who sees every row of a model; nobody may see some only."""
    counts = {name: visible_to(user, model).count() for name, user in people.items()}
    assert set(counts.values()) <= {0, model.objects.count()}
    return {name for name, count in counts.items() if count}


def told(people: dict, url: str, words: str) -> set[str]:
    """On whose page the words stand."""
    return {name for name, user in people.items() if words in browser_of(user).get(url).content.decode()}


def answers(people: dict, url: str) -> dict[str, int]:
    return {name: browser_of(user).get(url).status_code for name, user in people.items()}


def claimed(stage: Stage) -> CompletionClaim:
    evidence = {"result": "全部可以刷卡", "document": "文号", "completed_on": TODAY}
    return closing.claim_completion(stage.reporter, duty=stage.duty, **evidence, now=NOW)


def asked(stage: Stage) -> ExtensionRequest:
    amend_measure(stage.office, measure=stage.measure, changes={"due_on": TODAY}, reason="年度计划", now=NOW)
    wanted = {"new_due_on": TODAY.replace(year=2027), "reason": "用地批复推迟"}
    return closing.request_extension(stage.reporter, duty=stage.duty, **wanted, now=NOW)


def instructed(stage: Stage, measure: Measure | None) -> Instruction:
    said = {"text": "请年底前接通。", "owner": stage.duty.unit, "due_on": TODAY.replace(month=12), "measure": measure}
    return instructing.give_instruction(stage.leader, plan=stage.plan, **said, now=NOW)


def test_of_every_model_it_is_said_who_sees_it():
    ours = {model for model in apps.get_models() if model._meta.app_label in {"units", "tasks"}}
    assert set(VISIBLE) == {model for model in ours if not model.__name__.startswith("Historical")}


@pytest.mark.parametrize("model", [Plan, Measure, Duty, Unit])
def test_the_table_as_issued_is_everybodys(people, model):
    assert seeing(people, model) == STAFF | NOT_STAFF


class TestClaims:
    """Granted it is a fact that all staff know; else it is between the measure's units and those who decide."""

    @pytest.mark.parametrize(
        ("state", "seen_by"),
        [
            (ClaimState.PENDING, SHARING), (ClaimState.RETURNED, SHARING),
            (ClaimState.WITHDRAWN, SHARING), (ClaimState.GRANTED, STAFF),
        ],
    )  # fmt: skip
    def test_queryset_and_page_agree(self, stage, people, state, seen_by):
        claim, request = claimed(stage), asked(stage)
        if state == ClaimState.RETURNED:
            closing.return_completion(stage.office, claim=claim, reason="请补", now=NOW)
            closing.return_extension(stage.office, request=request, reason="请补", now=NOW)
        if state == ClaimState.WITHDRAWN:
            closing.withdraw_claim(stage.reporter, claim=claim, now=NOW)
            closing.withdraw_claim(stage.reporter, claim=request, now=NOW)
        if state == ClaimState.GRANTED:
            closing.verify_completion(stage.office, claim=claim, now=NOW)
            closing.grant_extension(stage.office, request=request, now=NOW)
        assert seeing(people, CompletionClaim) == seeing(people, ExtensionRequest) == seen_by
        assert told(people, MEASURE, "全部可以刷卡") == seen_by
        assert told(people, MEASURE, "用地批复推迟") == seen_by

    def test_the_queue_is_the_offices(self, stage, people):
        claim = claimed(stage)
        expected = {name: 200 if name == "office" else 302 if name in NOT_STAFF else 403 for name in people}
        assert answers(people, f"/review/completions/{claim.pk}/") == expected
        assert answers(people, "/review/completions/") == expected


class TestInstructions:
    """A leader's word is between the owner, the measure's units and those above; the auditor reads it in the trail."""

    def test_on_a_measure(self, stage, people):
        instructed(stage, stage.measure)
        assert seeing(people, Instruction) == told(people, MEASURE, "请年底前接通") == SHARING
        self.pages_agree(people, SHARING)

    def test_on_no_measure(self, stage, people):
        instructed(stage, None)
        assert seeing(people, Instruction) == OWN_UNIT | ABOVE
        self.pages_agree(people, OWN_UNIT | ABOVE)

    def pages_agree(self, people, seen_by):
        nobody = dict.fromkeys(NOT_STAFF, 302)
        one = {name: 200 if name in seen_by else 404 for name in people} | nobody
        assert answers(people, INSTRUCTIONS + "1/") == one
        assert told(people, INSTRUCTIONS, "请年底前接通") == seen_by
        refused = dict.fromkeys({"administrator", "auditor"}, 403)
        assert answers(people, INSTRUCTIONS) == dict.fromkeys(people, 200) | refused | nobody

    def test_giving_one_is_the_leaders(self, stage, people):
        page = {name: 302 if name in NOT_STAFF else 403 for name in people} | {"leader": 200}
        assert answers(people, INSTRUCTIONS + "new/?measure=1-1") == page


class TestReturnedWorkbooks:
    def test_are_their_owners_alone(self, stage, people):
        about = {"period": stage.period, "unit": stage.duty.unit, "made_at": NOW, "now": NOW}
        kept = roundtrip.keep_upload(people["own_reporter"], name="回.xlsx", data=b"xlsx", **about)
        row = roundtrip.ChosenRow(stage.duty, content(), None, [("表", "H6", "progress", "", "8月5日")])
        made = roundtrip.apply_changes(people["own_reporter"], upload=kept, rows=[row], now=NOW)
        assert seeing(people, Upload) == seeing(people, ChangeSet) == seeing(people, ChangedReport) == {"own_reporter"}
        writers = {"own_reporter", "other_reporter", "uninvolved_reporter", "office"}
        page = {name: 404 if name in writers else 302 if name in NOT_STAFF else 403 for name in people}
        assert answers(people, f"/reports/changes/{made.pk}/") == page | {"own_reporter": 200}


class TestStaffAlone:
    def test_amendments(self, stage, people):
        asked(stage)
        assert seeing(people, Amendment) == STAFF
        assert told(people, MEASURE, "年度计划") == STAFF
        assert told(people, "/plans/jiaodong/amendments/", "年度计划") == STAFF

    def test_slips(self, stage, people):
        ProbableSlip.objects.create(measure=stage.measure, as_written="人海", probably="入海")
        assert seeing(people, ProbableSlip) == told(people, MEASURE, "人海") == STAFF

    def test_periods_and_what_was_frozen_with_them(self, stage, people):
        assert told(people, MEASURE, "2026年三季度") == STAFF
        freeze_period(stage.office, period=stage.period, now=NOW)
        assert seeing(people, ReportingPeriod) == seeing(people, FrozenMeasure) == STAFF


class TestAccounts:
    def test_everybodys_in_the_back_office_else_ones_own(self, stage, people):
        for name, user in people.items():
            everybody, own = User.objects.all(), User.objects.filter(pk=user.pk)
            assert set(visible_to(user, User)) == set(everybody if name in INSIDE else own), name

    def test_their_pages_agree(self, stage, people):
        page = {name: 200 if name in INSIDE else 302 if name in NOT_STAFF else 403 for name in people}
        assert answers(people, f"/admin/units/user/{stage.reporter.pk}/change/") == page
        assert told(people, "/admin/units/user/", stage.second_office.username) == INSIDE

    def test_handing_one_over_is_the_administrators(self, stage, people):
        page = {name: 302 if name in NOT_STAFF else 403 for name in people} | {"administrator": 200}
        assert answers(people, f"/accounts/{stage.reporter.pk}/handover/") == page


class TestAuditTrail:
    def test_rule_page_and_file_are_the_auditors(self, stage, people):
        audit.record(stage.office, "冻结期次", "某期次", now=NOW)
        assert seeing(people, AuditEvent) == seeing(people, AuditHead) == {"auditor"}
        assert told(people, "/audit/", "某期次") == {"auditor"}
        page = {name: 302 if name in NOT_STAFF else 403 for name in people} | {"auditor": 200}
        assert answers(people, "/audit/export.csv") == page
