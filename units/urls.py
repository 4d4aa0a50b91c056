from django.contrib.auth.views import LogoutView
from django.urls import path

from units.views import Login, display

urlpatterns = [
    path("login/", Login.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("display/<slug:mode>/", display, name="display"),
]
