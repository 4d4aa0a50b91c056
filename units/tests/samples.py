"""Small units and people for tests, each with a name that says what it is."""

import time

from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from units.choices import Role, UnitKind
from units.models import Unit, UnitGroup, User

PASSWORD = "quite-long-enough"


def make_unit(name: str = "省科技厅", **given) -> Unit:
    """A provincial unit unless told otherwise; its slug comes from its place among the units."""
    slug = f"unit-{Unit.objects.count() + 1}"
    return Unit.objects.create(**{"name": name, "short_name": name, "slug": slug, "kind": UnitKind.PROVINCIAL} | given)


def make_group(name: str = "五市政府", **given) -> UnitGroup:
    return UnitGroup.objects.create(unit=make_unit(name, kind=UnitKind.GROUP), is_closed=True, **given)


def make_user(role: Role, **given) -> User:
    """A person of that role, whose user name is the role's; one who acts for a unit gets one."""
    if role in {Role.REPORTER, Role.UNIT_REVIEWER} and "unit" not in given:
        given["unit"] = Unit.objects.first() or make_unit()
    return User.objects.create_user(**{"username": role.value, "password": PASSWORD, "role": role} | given)


def code_for(device: TOTPDevice, steps: int = 0) -> str:
    """What the authenticator shows now, or so many half minutes later: the next one is taken as well."""
    device.refresh_from_db()
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    totp.time = time.time() + steps * device.step
    return f"{totp.token():06}"
