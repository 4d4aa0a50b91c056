"""The pages for a request that makes no sense and for a failure of ours, in the display mode the reader chose.

Neither may ask the database or the host name: one of the two is perhaps what went wrong.
"""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from units.context import display


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page(request, 400)


def server_error(request: HttpRequest) -> HttpResponse:
    return page(request, 500)


def page(request: HttpRequest, status: int) -> HttpResponse:
    return HttpResponse(render_to_string(f"{status}.html", {"request": request, **display(request)}), status=status)
