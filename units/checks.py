"""Settings that would fail in silence, refused before anything starts."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, register

from units.choices import Role


@register
def roles_with_second_factor(app_configs: Any, **options: Any) -> list[Error]:
    """A role misspelt would simply not be asked for its second factor."""
    unknown = set(settings.SECOND_FACTOR_ROLES) - set(Role.values)
    known = "、".join(Role.values)
    return [
        Error(f"SECOND_FACTOR_ROLES 中的 {name!r} 不是角色。可用的是：{known}。", id="units.E001")
        for name in sorted(unknown)
    ]
