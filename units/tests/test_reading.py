"""Where the database is read: the router's rules, and a replica that is gone and not asked at every page."""

import pytest
from django.db import OperationalError

from jiaodong import health
from units import reading
from units.models import Unit


class Gone:
    """Django's connections, where the replica's machine does not answer."""

    settings = {reading.REPLICA: {}}

    def __getitem__(self, alias: str) -> "Gone":
        return self

    def cursor(self) -> None:
        raise OperationalError("could not connect to server")

    def close(self) -> None:
        pass


@pytest.fixture
def gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "connections", Gone())
    monkeypatch.setattr(reading, "asked_again_at", 0.0)


@pytest.mark.usefixtures("gone")
def test_one_that_is_gone_is_left_for_a_while(caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        with reading.from_replica():
            assert reading.source.get() == "default"
    assert [record.getMessage() for record in caplog.records] == [
        "the replica does not answer; reading from the primary"
    ]


@pytest.mark.usefixtures("gone")
def test_and_the_probe_says_so() -> None:
    assert health.lost_replica() == ["DATABASE_REPLICA_URL 的只读副本连不上，公众页面暂由主库读取。"]


def test_without_a_replica_the_primary_is_read() -> None:
    with reading.from_replica():
        assert reading.PublicReads().db_for_read(Unit) == "default"


def test_writes_and_tables_are_the_primarys_alone() -> None:
    token = reading.source.set(reading.REPLICA)
    router = reading.PublicReads()
    assert (router.db_for_read(Unit), router.db_for_write(Unit)) == (reading.REPLICA, "default")
    assert not router.allow_migrate(reading.REPLICA, "units")
    reading.source.reset(token)
