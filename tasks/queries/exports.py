"""What a check code or a file stands for."""

from tasks.models import ExportRecord


def by_code(code: str) -> ExportRecord | None:
    return ExportRecord.objects.select_related("plan", "period", "made_by__unit").filter(code=code).first()


def by_digest(digest: str) -> list[ExportRecord]:
    """The states with exactly these rows, the newest first: the same rows may have been taken under several conditions."""
    return list(ExportRecord.objects.select_related("plan", "period", "made_by__unit").filter(digest=digest)[:5])
