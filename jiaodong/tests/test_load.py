"""What `make load` calls lost, growing and wrong; the load itself is in `test_storm.py`."""

import pytest

from jiaodong.testing.browsing import Notes, Page
from jiaodong.testing.load import Run, growth, is_well, percentile
from jiaodong.testing.people import Promises

PATH = "/reports/1/1/"


@pytest.mark.parametrize(
    ("memory", "grows"),
    [([100, 180, 190, 190, 190, 190], 1.0), ([100, 100, 100, 100, 130, 130], 1.3), ([], 1.0)],
    ids=["warm, then flat", "growing", "not looked at"],
)
def test_memory_is_judged_after_the_caches_are_full(memory: list[int], grows: float) -> None:
    assert growth(memory) == grows


@pytest.mark.parametrize(
    ("found", "lost"),
    [({PATH: ("完成 2 项", 1)}, 0), ({PATH: ("完成 1 项", 1)}, 1), ({PATH: ("完成 2 项", 0)}, 1), ({}, 2)],
    ids=["kept", "an older text", "not submitted", "not there"],
)
def test_what_was_answered_as_kept_is_asked_for(found: dict[str, tuple[str, int]], lost: int) -> None:
    promises = Promises({PATH: "完成 2 项"})
    promises.submissions[PATH] += 1
    assert len(promises.broken(found)) == lost


@pytest.mark.parametrize(
    "wrong", [{"troubles": ["list GET /: 500"]}, {"lost": [PATH]}, {"broken_links": [7]}, {"memory_growth": 1.2}]
)
def test_one_wrong_thing_is_enough(wrong: dict[str, object]) -> None:
    result = {"troubles": [], "lost": [], "broken_links": [], "memory_growth": 1.0}
    assert (is_well(result), is_well({**result, **wrong})) == (True, False)


def test_a_form_is_read_as_a_browser_would_send_it() -> None:
    page = Page(
        '<link rel="stylesheet" href="/static/a.css"><form action="/reports/1/1/">'
        '<input type="hidden" name="version" value="3"><input name="confidence" type="radio" value="behind">'
        '<input name="confidence" type="radio" value="on_track" checked><input type="file" name="files">'
        '<textarea name="progress">甲&lt;乙</textarea><select name="unit"><option value="">无</option>'
        '<option value="5" selected>青岛市</option></select><button name="do" value="save">存</button></form>'
        '<a href="/workbench/">工作台</a><a href="#top">上</a>'
    )
    assert page.form("/reports/1/").fields == {
        "version": "3",
        "confidence": "on_track",
        "progress": "甲<乙",
        "unit": "5",
    }
    assert (page.files, page.links) == (["/static/a.css"], ["/workbench/"])


def test_percentiles() -> None:
    run = Run(notes=Notes())
    for number in range(100):
        run.notes.took("list", number)
    assert [percentile(run.notes.seconds["list"], share) for share in (0.5, 0.95, 0.99)] == [50, 95, 99]
    assert percentile([7], 0.99) == 7
