"""What Prometheus reads at /metrics. Counts of all worker processes are added up through PROMETHEUS_MULTIPROC_DIR."""

import ipaddress
from collections.abc import Iterator

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from jiaodong.hardening import METHODS
from jiaodong.health import free_bytes
from tasks.queries import digests
from units.backup.taking import last_backup
from units.middleware import client_address

own = CollectorRegistry()
requests = Counter("jiaodong_requests", "Requests answered", ["method", "view", "status"], registry=own)
durations = Histogram(
    "jiaodong_request_seconds",
    "Time from the first byte in to the answer's first byte out",
    ["view"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 10),
    registry=own,
)
statements = Histogram(
    "jiaodong_request_queries",
    "Database statements of a request",
    ["view"],
    buckets=(0, 2, 5, 10, 20, 40, 80),
    registry=own,
)


def observe(method: str, view: str, status: int, seconds: float, queries: int) -> None:
    requests.labels(method if method in METHODS else "other", view, status).inc()
    durations.labels(view).observe(seconds)
    statements.labels(view).observe(queries)


class Now:
    """What is read at the moment of asking, the same from every process."""

    def collect(self) -> Iterator[Metric]:
        mails = GaugeMetricFamily(
            "jiaodong_mails", "Digests of today: claimed, failed (tried again), sent", labels=["state"]
        )
        yield gauge("jiaodong_disk_free_bytes", "Free space where attachments lie", free_bytes(settings.MEDIA_ROOT))
        for state, count in digests.states(timezone.localdate()).items():
            mails.add_metric([state], count)
        yield mails
        if at := last_backup():
            yield gauge("jiaodong_last_backup_timestamp_seconds", "When the last backup was taken", at.timestamp())


def gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)


def is_allowed(request: HttpRequest) -> bool:
    address = client_address(request)
    return address is not None and any(
        ipaddress.ip_address(address) in ipaddress.ip_network(one) for one in settings.METRICS_ALLOWED
    )


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Nothing is here, for whoever is not on the list."""
    if not is_allowed(request):
        raise Http404
    registry = CollectorRegistry()
    registry.register(Now())
    counted = own
    if settings.PROMETHEUS_MULTIPROC_DIR:
        counted = CollectorRegistry()
        MultiProcessCollector(counted)
    return HttpResponse(generate_latest(counted) + generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
