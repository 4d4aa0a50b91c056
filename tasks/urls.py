from django.urls import path

from tasks.views.overview import home, plan_overview
from tasks.views.search import search
from tasks.views.units import unit_detail, unit_list

urlpatterns = [
    path("", home, name="home"),
    path("plans/<slug:slug>/", plan_overview, name="plan"),
    path("plans/<slug:slug>/search/", search, name="search"),
    path("units/", unit_list, name="unit-list"),
    path("units/<slug:slug>/", unit_detail, name="unit"),
]
