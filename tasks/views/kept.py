"""Text typed into a form whose session had ended, kept in the anonymous session until its writer has logged in.

Django carries an anonymous session's data over into the session of the person who logs in. Files are not kept.
"""

from django.http import HttpRequest, QueryDict

from tasks.forms import LONGEST_TEXT, ReportForm

KEY = "kept_text"
NAMES = (*ReportForm.base_fields, "version")
MOST = 5  # forms in one session; the oldest goes first
LONGEST = 2 * LONGEST_TEXT  # of one field: more than the form accepts, so that nothing acceptable is cut


def keep(request: HttpRequest) -> None:
    """Keep what was posted to this path."""
    texts = {name: request.POST[name][:LONGEST] for name in NAMES if name in request.POST}
    if not texts:
        return
    kept = request.session.get(KEY, {})
    kept.pop(request.path, None)
    request.session[KEY] = dict([*kept.items(), (request.path, texts)][-MOST:])


def kept(request: HttpRequest, path: str = "") -> QueryDict | None:
    """What was kept for this path, as if it had just been posted."""
    texts = request.session.get(KEY, {}).get(path or request.path)
    if texts is None:
        return None
    data = QueryDict(mutable=True)
    data.update(texts)
    return data


def forget(request: HttpRequest, path: str = "") -> None:
    """Once it is saved, or its writer does not want it."""
    texts = request.session.get(KEY, {})
    if texts.pop(path or request.path, None) is not None:
        request.session[KEY] = texts
