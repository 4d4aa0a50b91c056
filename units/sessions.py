"""Sessions in the database, as Django keeps them; every page reads one, so its SQL is written once."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from units.prepared import prepared_rows


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Session | None:
        found = sessions(self.session_key)
        if found and found[0].expire_date > timezone.now():
            return found[0]
        self._session_key = None
        return None


@prepared_rows(Session, by_key=True)
def sessions(key: str) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key)
