"""Keeping an uploaded file, and the sentence for whoever sent it where the disk takes no more."""

import logging

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db.models.fields.files import FieldFile

logger = logging.getLogger(__name__)

NOT_KEPT = "服务器现在存不下这个文件，文件没有保存，其余内容不受影响。请过一会儿重新上传；还是不行，请告诉系统管理员。"


def store_file(file: FieldFile, name: str, data: bytes) -> FieldFile:
    """Write the file under a name of its own; its row is not saved yet."""
    try:
        file.save(name, ContentFile(data), save=False)
    except OSError as error:
        logger.exception("an uploaded file was not kept")
        raise ValidationError(NOT_KEPT) from error
    return file
