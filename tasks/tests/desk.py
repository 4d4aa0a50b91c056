"""A person at their desk: logged in, opening a page, reading its words."""

import re

from django.http import HttpResponse
from django.test import Client

from units.models import User

MEASURE = "/plans/jiaodong/measures/1-1/"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User, url: str) -> str:
    answer = client_of(user).get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def words(page: str | HttpResponse) -> str:
    """What is written on a page, its tags apart."""
    return re.sub(r"<[^>]+>", "", page if isinstance(page, str) else page.content.decode())
