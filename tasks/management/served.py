"""The site as a WSGI application, with the page `hello` beside it, which does nothing."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from units.garbage import leave_the_program_alone

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiaodong.settings")
application = get_wsgi_application()
leave_the_program_alone()
settings.ROOT_URLCONF = "tasks.management.commands.bench"
