"""等保自查: the requirements of level three as this system meets them now, for the administrator and the auditor."""

from itertools import groupby

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from units.permissions import ROLE_PERMISSIONS, Permission, may, require
from units.protection import judged
from units.queries import protection_facts


@login_required
@never_cache
@require_safe
def protection(request: HttpRequest) -> HttpResponse:
    if not may(request.user, Permission.READ_AUDIT_TRAIL):
        require(request.user, Permission.MANAGE_ACCOUNTS)
    rows = judged(settings, protection_facts(timezone.now()), ROLE_PERMISSIONS)
    context = {
        "clauses": [(clause, list(found)) for clause, found in groupby(rows, key=lambda row: row.clause)],
        "count": len(rows),
        "unmet": [row for row in rows if not row.is_met],
        "now": timezone.now(),
    }
    return render(request, "units/protection.html", context)
