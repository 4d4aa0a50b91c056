"""Who is logged in."""

from django.contrib.auth.backends import ModelBackend
from django.db.models import QuerySet

from units.models import User
from units.prepared import prepared_rows


class AccountBackend(ModelBackend):
    """Django's own, and the person comes with the unit, which every page names."""

    def get_user(self, user_id: int) -> User | None:
        found = account(user_id)
        return found[0] if found and self.user_can_authenticate(found[0]) else None


@prepared_rows(User, "unit", by_key=True)
def account(user_id: int) -> QuerySet[User]:
    return User.objects.filter(pk=user_id)
