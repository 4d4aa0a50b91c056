from django.urls import path

from tasks.views.exports import export_ledger, export_original
from tasks.views.measures import measure_detail, task_detail
from tasks.views.overview import home, plan_overview
from tasks.views.plans import task_list
from tasks.views.search import search
from tasks.views.units import unit_detail, unit_list

urlpatterns = [
    path("", home, name="home"),
    path("plans/<slug:slug>/", plan_overview, name="plan"),
    path("plans/<slug:slug>/tasks/", task_list, name="plan-tasks"),
    path("plans/<slug:slug>/tasks/<int:number>/", task_detail, name="task"),
    path("plans/<slug:slug>/measures/<int:number>-<int:order>/", measure_detail, name="measure"),
    path("plans/<slug:slug>/search/", search, name="search"),
    path("plans/<slug:slug>/export/original.xlsx", export_original, name="export-original"),
    path("plans/<slug:slug>/export/ledger.<str:extension>", export_ledger, name="export-ledger"),
    path("units/", unit_list, name="unit-list"),
    path("units/<slug:slug>/", unit_detail, name="unit"),
]
