"""Uploaded files: whole, or not there at all. Static files: those of this version."""

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class OwnStaticFiles(CompressedManifestStaticFilesStorage):
    """The names of an installed program's static files are read from a list of its own.

    The folder that nginx serves holds the files of every version; a list in there would be that of the version installed
    last, and a worker that starts again before the service does would put its names on the pages of the version before.
    """

    def read_manifest(self) -> str | None:
        own = settings.BASE_DIR / self.manifest_name
        return own.read_text() if own.exists() else super().read_manifest()


class WholeFiles(FileSystemStorage):
    def _save(self, name: str, content: File) -> str:
        """The file's name. What could not be written to its end, on a full disk, is taken away again."""
        try:
            return super()._save(name, content)
        except OSError:
            self.delete(name)
            raise
