"""Uploaded files: whole, or not there at all."""

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage


class WholeFiles(FileSystemStorage):
    def _save(self, name: str, content: File) -> str:
        """The file's name. What could not be written to its end, on a full disk, is taken away again."""
        try:
            return super()._save(name, content)
        except OSError:
            self.delete(name)
            raise
