"""The site as a WSGI application, with the page `hello` beside it, which does nothing."""

from django.conf import settings

from jiaodong.wsgi import application

settings.ROOT_URLCONF = "tasks.management.commands.bench"

__all__ = ["application"]
