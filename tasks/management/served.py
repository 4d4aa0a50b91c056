"""The site as a WSGI application, with the page `hello` beside it, which does nothing."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiaodong.settings")
application = get_wsgi_application()
settings.ROOT_URLCONF = "tasks.management.commands.bench"
