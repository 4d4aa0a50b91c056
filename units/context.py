"""What every page knows: how the reader wants it displayed, and what the reader may do."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from units.middleware import must_do_first
from units.permissions import ROLE_PERMISSIONS

DISPLAY_MODES = {"large": "is-large", "contrast": "is-contrast"}  # cookie word -> class on <html>
DISPLAY_COOKIE = "display"
ELDER = "elder"  # 长者模式: larger and of higher contrast at once, so both or neither


def display_modes(request: HttpRequest) -> list[str]:
    """The modes switched on, known ones only, in a fixed order."""
    asked = request.COOKIES.get(DISPLAY_COOKIE, "").split(".")
    return [mode for mode in DISPLAY_MODES if mode in asked]


def display(request: HttpRequest) -> dict[str, object]:
    modes = display_modes(request)
    return {
        "display_modes": modes,
        "is_elder": len(modes) == len(DISPLAY_MODES),
        "html_class": " ".join(DISPLAY_MODES[mode] for mode in modes),
        "permits": SimpleLazyObject(lambda: permits(request)),
        "is_demo": settings.IS_DEMO,
    }


def permits(request: HttpRequest) -> set[str]:
    """Names of the reader's permissions: `{% if "WRITE_REPORTS" in permits %}`. Called only where a page asks."""
    user = getattr(request, "user", None)
    if getattr(user, "is_authenticated", False) and must_do_first(request):
        return set()  # a menu of pages that all lead back to the one to be done first helps nobody
    role = getattr(user, "role", "")
    return {permission.name for permission in ROLE_PERMISSIONS.get(role, ())}
