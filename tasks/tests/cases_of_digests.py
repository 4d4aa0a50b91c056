"""Rows that the constraints of 待办邮件 accept and refuse."""

from tasks.choices import DigestState
from tasks.models import Digest
from tasks.tests.people import NOW, TODAY
from units.choices import Role
from units.models import User
from units.tests.constraints import Case
from units.tests.samples import make_user


def digest(**given) -> Digest:
    return Digest(**{"person": make_user(Role.OFFICE), "on": TODAY, "claimed_at": NOW} | given)


def second_digest(person: User | None = None) -> Digest:
    first = digest()
    first.save()
    return Digest(person=person or first.person, on=TODAY, claimed_at=NOW)


CASES_OF_DIGESTS = {
    "digest_one_a_day": Case(
        accepted=lambda: second_digest(make_user(Role.LEADER, username="other")), refused=second_digest
    ),
    "digest_state_known": Case(accepted=digest, refused=lambda: digest(state="else")),
    "digest_sent_at": Case(
        accepted=lambda: digest(state=DigestState.SENT, sent_at=NOW), refused=lambda: digest(state=DigestState.SENT)
    ),
}
