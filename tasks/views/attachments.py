"""Attachments leave the house only through a permission check, and only to be saved, never to be shown in place."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tasks.models import Attachment
from tasks.permissions import visible_to


@login_required
@never_cache
@require_safe
def attachment(request: HttpRequest, pk: int) -> FileResponse:
    """Whoever sees the report gets its file, under its own name and the type its content has."""
    found = get_object_or_404(visible_to(request.user, Attachment), pk=pk)
    response = FileResponse(
        found.file.open(), as_attachment=True, filename=found.name, content_type=found.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response
