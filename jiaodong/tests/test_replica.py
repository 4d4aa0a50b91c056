"""A real primary with a real streaming replica: who is shown what while it follows, lags, is cut and comes back."""

import json
import os
import subprocess
import sys

from jiaodong.testing.databases import ROOT

RELEASE = ROOT / "fixtures" / "releases" / "0.1.0.backup"


def test_outsiders_read_the_replica_and_do_not_miss_it_when_it_is_cut() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "jiaodong.testing.replica", str(RELEASE)],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "jiaodong.settings"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "following": {"outsider": "old", "staff": "old"},
        "lagging": {"outsider": "old", "staff": "new", "search": "old"},
        "gone": {"outsider": "new", "staff": "new"},
        "back": {"outsider": "new", "staff": "new", "replica": "answers"},
        "cut at query 2": {"outsider": "200 new, left"},
        "cut at query 4": {"outsider": "200 new, left"},
        "behind a migration": {"outsider": "200 new, left"},
    }
