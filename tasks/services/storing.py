"""Keeping an uploaded file beside its row: both or neither, and a sentence where the disk takes no more."""

import datetime
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.fields.files import FieldFile

from units import audit

logger = logging.getLogger(__name__)

NOT_KEPT = "服务器现在存不下这个文件，文件没有保存，其余内容不受影响。请过一会儿重新上传；还是不行，请告诉系统管理员。"
LONGEST_NAME = 200  # as the rows of files hold it


def plain_name(name: str, otherwise: str) -> str:
    """The name of an uploaded file without the folders that some browsers send, its ending kept."""
    return PurePath(name.replace("\\", "/")).name[-LONGEST_NAME:] or otherwise


@contextmanager
def stored(file: FieldFile, name: str, data: bytes) -> Iterator[None]:
    """Write the file; its row is saved inside, and where that fails the file goes too.

    Raises ValidationError where the disk takes no more.
    """
    try:
        file.save(name, ContentFile(data), save=False)
    except OSError as error:
        logger.exception("an uploaded file was not kept")
        raise ValidationError(NOT_KEPT) from error
    try:
        yield
    except Exception:
        file.delete(save=False)
        raise


def delete_with_file(row: Any) -> None:
    """The row now, its `file` (if it has one) once that is certain."""
    file = row.file
    row.delete()
    if file:
        transaction.on_commit(lambda: file.storage.delete(file.name))


def purge(undecided: QuerySet, verb: str, now: datetime.datetime) -> int:
    """Throw away what was uploaded longer than `UPLOAD_KEEP_DAYS` ago, one by one. The count; who brought a file finds it
    in the trail.
    """
    before = now - datetime.timedelta(days=settings.UPLOAD_KEEP_DAYS)
    old = undecided.filter(uploaded_at__lt=before).select_related("owner__unit")
    for row in old:
        with transaction.atomic():
            audit.record(None, verb, row, now=now, before={"文件": row.name, "上传人": str(row.owner)})
            delete_with_file(row)
    return len(old)
