"""Text typed into a form whose session had ended, kept in the anonymous session until its writer has logged in.

Django carries an anonymous session's data over into the session of the person who logs in. Files are not kept.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.csrf import csrf_failure

from tasks.forms import LONGEST_TEXT

KEY = "kept_text"
NOT_TYPED = {"csrfmiddlewaretoken", "do"}
MOST = 5  # forms in one session; the oldest goes first
LONGEST = 2 * LONGEST_TEXT  # of one field: more than the form accepts, so that nothing acceptable is cut
MOST_TEXT = 15 * LONGEST  # of one form: anybody may post here
WAITS = "登录已过期。您刚才写的文字已经留下，登录以后接着写。"
FOUND_AGAIN = "刚才没有提交的文字已经找回，请核对后再提交。"

View = Callable[..., HttpResponse]


def login_keeps_text(view: View) -> View:
    """Django's, for pages on which people write: what is posted too late waits until they are back."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        return to_login(request)

    guarded.keeps_text = True  # type: ignore[attr-defined]
    return guarded


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Refuse a form whose token no longer holds, as after a login in another window. Its text waits on its own page."""
    keeps = getattr(request.resolver_match.func, "keeps_text", False)
    if not (keeps and request.user.is_authenticated and keep(request)):
        return csrf_failure(request, reason)
    return render(request, "403_csrf.html", {"back": request.get_full_path()}, status=403)


def to_login(request: HttpRequest) -> HttpResponse:
    """Off to the login; what was posted waits, and the login page says so."""
    if request.method == "POST" and keep(request):
        messages.info(request, WAITS)
    return redirect_to_login(request.get_full_path())


def typed(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: what is posted now, else what was kept, with a word about it; None for a fresh one."""
    if request.method == "POST":
        forget(request)
        return request.POST
    if (data := kept(request)) is not None:
        messages.info(request, FOUND_AGAIN)
    return data


def keep(request: HttpRequest) -> bool:
    """Keep what was posted to this path, if anything was."""
    texts: dict[str, list[str]] = {}
    room = MOST_TEXT
    for name, values in request.POST.lists():
        cut = [text[:LONGEST] for text in values]
        room -= len(name) + sum(map(len, cut)) + len(cut)
        if room >= 0 and name not in NOT_TYPED:
            texts[name] = cut
    if not texts:
        return False
    kept = request.session.get(KEY, {})
    kept.pop(request.path, None)
    request.session[KEY] = dict([*kept.items(), (request.path, texts)][-MOST:])
    return True


def kept(request: HttpRequest, path: str = "") -> QueryDict | None:
    """What was kept for this path, as if it had just been posted."""
    texts = request.session.get(KEY, {}).get(path or request.path)
    if texts is None:
        return None
    data = QueryDict(mutable=True)
    for name, values in texts.items():
        data.setlist(name, values)
    return data


def forget(request: HttpRequest, path: str = "") -> None:
    """Once it is saved, or its writer does not want it."""
    texts = request.session.get(KEY, {})
    if texts.pop(path or request.path, None) is not None:
        request.session[KEY] = texts
