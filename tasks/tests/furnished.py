"""A database with a row of every kind, made by a process of its own: `python -m tasks.tests.furnished`.

Prints one JSON object: `addresses`, route of the table of permissions -> one address; `sessions`, role -> the key of a
session that is logged in. For those who ask a running server.
"""

import json
from unittest import mock

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from jiaodong.testing.storm import logged_in  # noqa: E402
from tasks.tests.addresses import address_of_each  # noqa: E402
from tasks.tests.doors import doors  # noqa: E402
from tasks.tests.people import NOW, PERSONS  # noqa: E402
from tasks.tests.planted import plant  # noqa: E402


def furnish() -> dict[str, dict[str, str]]:
    call_command("migrate", verbosity=0)
    call_command("createcachetable", "shared_cache", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    with mock.patch.object(timezone, "now", return_value=NOW):
        people = plant().stage.everybody
    for person in people.values():
        person.refresh_from_db()
    sessions = {role: logged_in(people[name]) for role, name in PERSONS.items()}
    return {"addresses": address_of_each(doors()), "sessions": sessions}


if __name__ == "__main__":
    print(json.dumps(furnish()))  # noqa: T201
