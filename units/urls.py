from django.urls import path

from units.views.account import account, change_password, digest, roles
from units.views.audit import audit_trail
from units.views.display import display
from units.views.login import Login, Logout, second_factor, second_factor_setup

urlpatterns = [
    path("login/", Login.as_view(), name="login"),
    path("logout/", Logout.as_view(), name="logout"),
    path("account/", account, name="account"),
    path("account/digest/", digest, name="account-digest"),
    path("account/password/", change_password, name="change-password"),
    path("account/second-factor/", second_factor, name="second-factor"),
    path("account/second-factor/setup/", second_factor_setup, name="second-factor-setup"),
    path("roles/", roles, name="roles"),
    path("audit/", audit_trail, name="audit"),
    path("display/<slug:mode>/", display, name="display"),
]
