from django.apps import AppConfig

from units import checks

__all__ = ["UnitsConfig", "checks"]  # importing the checks registers them


class UnitsConfig(AppConfig):
    name = "units"
    verbose_name = "单位与账号"
