"""Questions about units, people and what they did."""

import datetime
from dataclasses import dataclass

from django.contrib.sessions.models import Session
from django.db import connections
from django.db.models import CharField, Q, QuerySet
from django.utils import timezone

from units import audit
from units.models import AuditEvent, Unit, UnitAlias, UnitGroup, UnitGroupMember, User
from units.names import NameBook
from units.permissions import visible_events
from units.protection import DAYS_FIRST_PASSWORD, DAYS_UNUSED, Facts

LINKS_WALKED = 1000


def name_book(day: datetime.date) -> NameBook:
    """Aliases and closed groups as stored, members as of a day. Four queries."""
    members: dict[str, list[str]] = {
        name: [] for name in UnitGroup.objects.filter(is_closed=True).values_list("unit__name", flat=True)
    }
    dated = UnitGroupMember.objects.on(day).filter(group__is_closed=True).order_by("unit__position")
    for group, unit in dated.values_list("group__unit__name", "unit__name"):
        members[group].append(unit)
    return NameBook(
        dict(UnitAlias.objects.values_list("name", "unit__name")),
        {group: tuple(units) for group, units in members.items()},
        frozenset(Unit.objects.values_list("name", flat=True)),
    )


def successors(user: User) -> QuerySet[User]:
    """Who may take over a post: the other accounts in use with the same unit and role."""
    return (
        User.objects.filter(unit=user.unit_id, role=user.role, is_active=True).exclude(pk=user.pk).order_by("username")
    )


def protection_facts(now: datetime.datetime, *, last_backup: datetime.datetime | None) -> Facts:
    """What the database says about how well the system is protected. The same number of queries, however much there is."""
    accounts = User.objects.filter(is_active=True)
    unused_since = now - datetime.timedelta(days=DAYS_UNUSED)
    quiet = Q(last_login__lt=unused_since) | Q(last_login=None, date_joined__lt=unused_since)
    first_since = now - datetime.timedelta(days=DAYS_FIRST_PASSWORD)
    texts = [field for field in User._meta.concrete_fields if isinstance(field, CharField) and not field.choices]
    return Facts(
        now=now,
        roles_in_use=frozenset(accounts.values_list("role", flat=True)),
        unused_accounts=accounts.filter(quiet).count(),
        first_passwords=accounts.filter(must_change_password=True, date_joined__lt=first_since).count(),
        events=audit.end_of_chain()[0],
        events_since=AuditEvent.objects.order_by("number").values_list("at", flat=True).first(),
        broken_links=tuple(audit.broken_at_end(LINKS_WALKED)),
        last_backup=last_backup,
        sessions_left=Session.objects.filter(expire_date__lt=now - datetime.timedelta(days=1)).count(),
        personal_fields=frozenset(field.name for field in texts) - {"password"},
    )


@dataclass(frozen=True, slots=True)
class AuditQuestion:
    """What is looked for in the audit trail; what is empty does not matter. Days are those of the clock on the wall."""

    person: str = ""
    unit: str = ""
    verb: str = ""
    subject: str = ""
    since: datetime.date | None = None
    until: datetime.date | None = None

    def condition(self) -> Q:
        found = Q()
        if self.person:
            found &= Q(actor__icontains=self.person)
        if self.unit:
            found &= Q(unit=self.unit)
        if self.verb:
            found &= Q(verb=self.verb)
        if self.subject:
            found &= Q(subject__icontains=self.subject) | Q(subject_kind__icontains=self.subject)
        if self.since:
            found &= Q(at__gte=midnight(self.since))
        if self.until:
            found &= Q(at__lt=midnight(self.until + datetime.timedelta(days=1)))
        return found


def midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()), timezone.get_default_timezone())


def audit_events(user: User, question: AuditQuestion) -> QuerySet[AuditEvent]:
    """The events asked for of those this person may read, newest first."""
    return AuditEvent.objects.filter(visible_events(user), question.condition())


def audited_units() -> list[str]:
    """The units that the trail names, as they were called then. One query."""
    return written_in_trail("unit")


def audited_verbs() -> list[str]:
    return written_in_trail("verb")


def written_in_trail(column: str) -> list[str]:
    """Every text of an indexed column, in order, by one step in the index for each: DISTINCT would read the whole trail."""
    known = connections[AuditEvent.objects.db]
    table, text = AuditEvent._meta.db_table, known.ops.quote_name(column)
    following = f"SELECT min({text}) FROM {table} WHERE {text} > "  # noqa: S608 -- names of ours alone
    with known.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE found(text) AS ({following} '' UNION ALL "  # noqa: S608
            f"SELECT ({following} found.text) FROM found WHERE found.text IS NOT NULL) "
            "SELECT text FROM found WHERE text IS NOT NULL"
        )
        return [row[0] for row in cursor]
