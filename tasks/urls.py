from django.urls import path

from tasks.views.accounts import export_audit, handover
from tasks.views.amending import amendment_list, measure_settings, plan_cadence
from tasks.views.attachments import attachment
from tasks.views.autosave import report_autosave
from tasks.views.change_sets import change_set
from tasks.views.claiming import completion, extension
from tasks.views.closing import closing_item, closing_queue, reopen
from tasks.views.comparing import compare
from tasks.views.correcting import report_correct
from tasks.views.dashboard import coordination_list, dashboard, dashboard_seen, unit_dashboard
from tasks.views.exports import export_list, export_original
from tasks.views.importing import table_abandon, table_file, table_imports, table_return
from tasks.views.importing_steps import table_difference, table_import, table_names, table_places
from tasks.views.instructing import instruction_new
from tasks.views.instructions import instruction, instruction_list
from tasks.views.ledger import ledger
from tasks.views.light_rules import light_rule_new, light_rules
from tasks.views.lights import light
from tasks.views.measures import measure_detail, task_detail
from tasks.views.overview import home, plan_overview
from tasks.views.passing import review_pass
from tasks.views.period_changes import period_change, period_withdraw
from tasks.views.periods import (
    export_filed,
    export_filing,
    period_filing,
    period_freeze,
    period_list,
    period_open,
    period_page,
)
from tasks.views.plans import task_list, tasks_of_first
from tasks.views.publishing import publish, publishing, unpublish
from tasks.views.reporting import report, report_unchanged
from tasks.views.review import review_queue, review_report, review_returned
from tasks.views.roundtrip import upload, upload_annotated
from tasks.views.saved_views import delete_view, rename_view, saved_views
from tasks.views.search import search
from tasks.views.stocktake import stocktake, stocktake_file, stocktake_wording
from tasks.views.units import unit_detail, unit_list
from tasks.views.uploads import unit_workbook_file, uploads
from tasks.views.verifying import verify
from tasks.views.workbench import start, workbench
from tasks.views.workbooks import export_menu, export_workbook

urlpatterns = [
    path("", home, name="home"),
    path("allocation/", table_imports, name="table-imports"),
    path("allocation/<int:pk>/", table_import, name="table-import"),
    path("allocation/<int:pk>/names/", table_names, name="table-names"),
    path("allocation/<int:pk>/places/", table_places, name="table-places"),
    path("allocation/<int:pk>/difference/", table_difference, name="table-difference"),
    path("allocation/<int:pk>/abandon/", table_abandon, name="table-abandon"),
    path("allocation/<int:pk>/return/", table_return, name="table-return"),
    path("allocation/<int:pk>/file/", table_file, name="table-file"),
    path("tasks/", tasks_of_first, name="tasks"),
    path("plans/<slug:slug>/", plan_overview, name="plan"),
    path("plans/<slug:slug>/tasks/", task_list, name="plan-tasks"),
    path("plans/<slug:slug>/tasks/<int:number>/", task_detail, name="task"),
    path("plans/<slug:slug>/measures/<int:number>-<int:order>/", measure_detail, name="measure"),
    path("plans/<slug:slug>/measures/<int:number>-<int:order>/lights/", light, name="light"),
    path("plans/<slug:slug>/ledger/", ledger, name="ledger"),
    path("plans/<slug:slug>/compare/", compare, name="compare"),
    path("plans/<slug:slug>/ledger/views/", saved_views, name="ledger-views"),
    path("plans/<slug:slug>/ledger/views/<int:pk>/rename/", rename_view, name="ledger-view-rename"),
    path("plans/<slug:slug>/ledger/views/<int:pk>/delete/", delete_view, name="ledger-view-delete"),
    path("plans/<slug:slug>/search/", search, name="search"),
    path("plans/<slug:slug>/export/original.xlsx", export_original, name="export-original"),
    path("plans/<slug:slug>/export/ledger.<str:extension>", export_list, name="export-list"),
    path("plans/<slug:slug>/export/", export_menu, name="exports"),
    path("plans/<slug:slug>/export/<slug:kind>.<str:extension>", export_workbook, name="export-workbook"),
    path("verify/", verify, name="verify"),
    path("plans/<slug:slug>/dashboard/", dashboard, name="dashboard"),
    path("plans/<slug:slug>/dashboard/<slug:unit>/", unit_dashboard, name="unit-dashboard"),
    path("plans/<slug:slug>/dashboard-seen/", dashboard_seen, name="dashboard-seen"),
    path("plans/<slug:slug>/coordination/", coordination_list, name="coordination"),
    path("plans/<slug:slug>/stocktake/", stocktake, name="stocktake"),
    path("plans/<slug:slug>/stocktake/file.<str:extension>", stocktake_file, name="stocktake-file"),
    path("plans/<slug:slug>/stocktake/wording/", stocktake_wording, name="stocktake-wording"),
    path("start/", start, name="start"),
    path("workbench/", workbench, name="workbench"),
    path("reports/<int:duty>/<int:period>/", report, name="report"),
    path("reports/<int:duty>/<int:period>/autosave/", report_autosave, name="report-autosave"),
    path("reports/<int:duty>/<int:period>/unchanged/", report_unchanged, name="report-unchanged"),
    path("reports/uploads/", uploads, name="uploads"),
    path("reports/uploads/<int:pk>/", upload, name="upload"),
    path("reports/uploads/<int:pk>/annotated.xlsx", upload_annotated, name="upload-annotated"),
    path("reports/changes/<int:pk>/", change_set, name="change-set"),
    path("attachments/<int:pk>/", attachment, name="attachment"),
    path("accounts/<int:pk>/handover/", handover, name="handover"),
    path("audit/export.<str:extension>", export_audit, name="export-audit"),
    path("units/", unit_list, name="unit-list"),
    path("units/<slug:slug>/", unit_detail, name="unit"),
    path("review/", review_queue, name="review"),
    path("review/<int:pk>/", review_report, name="review-report"),
    path("review/pass/", review_pass, name="review-pass"),
    path("review/returned/", review_returned, name="review-returned"),
    path("review/completions/", closing_queue, {"kind": "completions"}, name="completion-queue"),
    path("review/completions/<int:pk>/", closing_item, {"kind": "completions"}, name="completion-claim"),
    path("review/completions/<int:pk>/reopen/", reopen, name="measure-reopen"),
    path("review/extensions/", closing_queue, {"kind": "extensions"}, name="extension-queue"),
    path("review/extensions/<int:pk>/", closing_item, {"kind": "extensions"}, name="extension-request"),
    path("reports/<int:pk>/correct/", report_correct, name="report-correct"),
    path("plans/<slug:slug>/measures/<int:number>-<int:order>/completion/", completion, name="completion"),
    path("plans/<slug:slug>/measures/<int:number>-<int:order>/extension/", extension, name="extension"),
    path("plans/<slug:slug>/measures/<int:number>-<int:order>/settings/", measure_settings, name="measure-settings"),
    path("plans/<slug:slug>/amendments/", amendment_list, name="amendments"),
    path("plans/<slug:slug>/cadence/", plan_cadence, name="plan-cadence"),
    path("plans/<slug:slug>/periods/", period_list, name="periods"),
    path("plans/<slug:slug>/periods/new/", period_open, name="period-open"),
    path("plans/<slug:slug>/periods/<int:pk>/", period_page, name="period"),
    path("plans/<slug:slug>/periods/<int:pk>/board.<str:extension>", export_filing, name="export-filing"),
    path("plans/<slug:slug>/periods/<int:pk>/filing.<str:extension>", export_filed, name="export-filed"),
    path("plans/<slug:slug>/periods/<int:pk>/filing/", period_filing, name="period-filing"),
    path("plans/<slug:slug>/periods/<int:pk>/workbook/<slug:unit>.xlsx", unit_workbook_file, name="unit-workbook"),
    path("plans/<slug:slug>/periods/<int:pk>/change/", period_change, name="period-change"),
    path("plans/<slug:slug>/periods/<int:pk>/withdraw/", period_withdraw, name="period-withdraw"),
    path("plans/<slug:slug>/periods/<int:pk>/freeze/", period_freeze, name="period-freeze"),
    path("plans/<slug:slug>/instructions/", instruction_list, name="instructions"),
    path("plans/<slug:slug>/instructions/new/", instruction_new, name="instruction-new"),
    path("plans/<slug:slug>/instructions/<int:number>/", instruction, name="instruction"),
    path("plans/<slug:slug>/rules/", light_rules, name="light-rules"),
    path("plans/<slug:slug>/rules/new/", light_rule_new, name="light-rule-new"),
    path("plans/<slug:slug>/publishing/", publishing, name="publishing"),
    path("plans/<slug:slug>/publishing/publish/", publish, name="publish"),
    path("plans/<slug:slug>/publishing/<int:pk>/unpublish/", unpublish, name="unpublish"),
]
