"""The site as a WSGI application. A server that names no environment gets production."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("SITE_ENV", "production")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiaodong.settings")

application = get_wsgi_application()
