"""The site as a WSGI application. A server that names no environment gets production."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from jiaodong.postgresql.watch import watch
from units.garbage import leave_the_program_alone

os.environ.setdefault("SITE_ENV", "production")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiaodong.settings")

if settings.PROMETHEUS_MULTIPROC_DIR:  # where the worker processes count together
    os.makedirs(settings.PROMETHEUS_MULTIPROC_DIR, exist_ok=True)

application = get_wsgi_application()
leave_the_program_alone()
watch()
