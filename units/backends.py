"""Who is logged in."""

from django.contrib.auth.backends import ModelBackend
from django.db.models import QuerySet

from units.models import Unit, User
from units.prepared import columns_of, made, prepared

OF_USER = columns_of(User)


class AccountBackend(ModelBackend):
    """Django's own, and the person comes with the unit, which every page names."""

    def get_user(self, user_id: int) -> User | None:
        rows = account(user_id)
        if not rows:
            return None
        user, unit = made(User, rows[0][: len(OF_USER)]), rows[0][len(OF_USER) :]
        user.unit = made(Unit, unit) if user.unit_id else None
        return user if self.user_can_authenticate(user) else None


@prepared
def account(user_id: int) -> QuerySet[User]:
    return User.objects.filter(pk=user_id).values_list(*OF_USER, *columns_of(Unit, "unit__"))
