"""What every page knows: how the reader wants it displayed, and which doors are open to the reader."""

from django.http import HttpRequest

from units.permissions import Permission, may

DISPLAY_MODES = {"large": "is-large", "contrast": "is-contrast"}  # cookie word -> class on <html>
DISPLAY_COOKIE = "display"


def display_modes(request: HttpRequest) -> list[str]:
    """The modes switched on, known ones only, in a fixed order."""
    asked = request.COOKIES.get(DISPLAY_COOKIE, "").split(".")
    return [mode for mode in DISPLAY_MODES if mode in asked]


def display(request: HttpRequest) -> dict[str, object]:
    """`sees_back_office` is a question, put when a template asks: the pages for failures never do."""
    modes = display_modes(request)
    return {
        "display_modes": modes,
        "html_class": " ".join(DISPLAY_MODES[mode] for mode in modes),
        "sees_back_office": lambda: may(request.user, Permission.SEE_BACK_OFFICE),
    }
