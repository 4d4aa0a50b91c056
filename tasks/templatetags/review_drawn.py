"""Lines of the review queue, drawn in Python: see `dashboard_drawn`."""

from collections.abc import Iterable
from html import escape

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from tasks.models import ProgressReport
from tasks.templatetags.changes import confidence
from tasks.views.review import Line

register = template.Library()

CORRECTED, LATE = '<span class="role">更正</span>', '<span class="role">补报</span>'


@register.simple_tag
def queue_lines(lines: Iterable[Line], beside: ProgressReport | None, rest: str) -> SafeString:
    """`beside` is the report shown beside the queue, `rest` what an address keeps of the page's own."""
    url, end = reverse("review-report", args=[0]).removesuffix("0/"), escape(rest)
    return SafeString("".join([queue_line(line, beside, url, end) for line in lines]))


def queue_line(line: Line, beside: ProgressReport | None, url: str, end: str) -> str:
    one, unit = line.report, escape(line.report.unit)
    code, at = one.code, timezone.localtime(one.submitted_at)
    current = ' aria-current="true"' if beside is not None and one.key == beside.pk else ""
    is_of_another = beside is None or one.period != beside.period_id
    ticked = " checked" if line.is_ticked else ""
    return (
        f'<li{current}><input class="form-check-input mt-2" type="checkbox" data-code="{code}" name="report" '
        f'value="{one.key}.{line.entry.version}" aria-label="选择 {code} {unit}"{ticked}><div class="grow">'
        f'<a class="clamp" href="{url}{one.key}/{end}"><span class="num muted">{code}</span> {escape(one.text)}</a>'
        f'<p class="line"><span>{unit}</span><time datetime="{at.isoformat()}">{at:%m-%d}</time>'
        f"{f'<span>{escape(one.label)}</span>' if is_of_another else ''}{confidence(one.confidence)}"
        f"{''.join([f'<span>{words}</span>' for words in line.changes])}"
        f"{CORRECTED if one.corrects else ''}{LATE if one.is_late else ''}</p></div></li>"
    )
