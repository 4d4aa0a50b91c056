"""The whole site: back office, probes, and the pages of `tasks` and `units`."""

from django.contrib import admin
from django.urls import include, path

from jiaodong.health import healthz, readyz
from jiaodong.metrics import metrics
from jiaodong.root_files import favicon, robots

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("favicon.ico", favicon),
    path("robots.txt", robots),
    path("admin/", admin.site.urls),
    path("", include("units.urls")),
    path("", include("tasks.urls")),
]

handler400 = "jiaodong.errors.bad_request"
handler404 = "jiaodong.errors.not_found"
handler500 = "jiaodong.errors.server_error"
