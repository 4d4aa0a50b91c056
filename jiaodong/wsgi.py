"""The site as a WSGI application. A server that names no environment gets production."""

import gc
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("SITE_ENV", "production")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiaodong.settings")

if settings.PROMETHEUS_MULTIPROC_DIR:  # where the worker processes count together
    os.makedirs(settings.PROMETHEUS_MULTIPROC_DIR, exist_ok=True)

application = get_wsgi_application()

# What is loaded by now stays: looking through it for garbage again and again is a tenth of what a page takes.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 20)
