"""What is private stays inside: marked words in every private text, searched for wherever an outsider can look."""

import itertools

import pytest
from django.test import Client

from tasks.tests.addresses import addresses, everything_said
from tasks.tests.desk import client_of
from tasks.tests.planted import PUBLIC, PUBLISHED, Planted, free_texts, label, our_models, plant

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

# The pages an outsider is shown. Every other address sends them to log in, or is not there.
OPEN = {
    "healthz", "readyz", "robots.txt", "login/", "", "units/", "units/<slug:slug>/",
    "plans/<slug:slug>/", "plans/<slug:slug>/tasks/", "plans/<slug:slug>/tasks/<int:number>/",
    "plans/<slug:slug>/measures/<int:number>-<int:order>/", "plans/<slug:slug>/search/", "verify/",
    "plans/<slug:slug>/export/original.xlsx", "plans/<slug:slug>/export/ledger.<str:extension>",
}  # fmt: skip
VARIANTS = ("?all=1", "?cols=code&cols=text&cols=units&cols=stage&cols=due_on", "?plan=jiaodong&per_page=200")
# Kept for other reasons than being read: hashes, keys, the place of a file, what a table was when it was frozen.
SHOWN_TO_NOBODY = {
    "PublicEdition.mark", "PublicFigures.mark",  # told as nothing but that a page has changed
    "Upload.file", "Upload.sha256", "ChangeSet.sha256", "TableImport.file",
    "User.password", "Amendment.setting", "Attachment.file", "Attachment.sha256", "AuditEvent.previous_hash", "AuditEvent.subject_key",
    "AuditHead.hash", "FrozenMeasure.code",
    "HistoricalUnitAlias.name",
    "ExportRecord.code", "ExportRecord.digest", "ExportRecord.query", "ExportRecord.conditions",  # asked for by code
    "StocktakeWording.section", "StocktakeWording.text",  # under a marked key a text belongs to no section
    *(label(model, "history_change_reason") for model in our_models() if model.__name__.startswith("Historical")),
}  # fmt: skip
NONSENSE = "qxaaaaxq"


@pytest.fixture
def planted() -> Planted:
    return plant()


def look_everywhere(client: Client, variants: tuple[str, ...] = ("",), under: str = "") -> dict[str, str]:
    """Address -> all that its answer says."""
    found = itertools.chain(*(one for route, one in addresses().items() if route.startswith(under)))
    return {url: everything_said(client.get(url)) for url in map("".join, itertools.product(found, variants))}


def test_every_text_of_every_model_is_planted_or_on_the_list_of_public_ones(planted: Planted) -> None:
    texts = {label(model, field.name) for model in our_models() for field in free_texts(model)}
    assert texts - planted.labels == PUBLIC
    assert {where.split()[0] for where in planted.public.values()} == PUBLISHED


def test_an_outsider_finds_what_is_published_and_no_private_word(planted: Planted, client: Client) -> None:
    seen = look_everywhere(client, ("", *VARIANTS))
    said = "\n".join(seen.values())
    assert [where for mark, where in planted.public.items() if mark not in said] == []
    leaks = [(where, url) for mark, where in planted.private.items() for url, text in seen.items() if mark in text]
    assert leaks == []


def test_an_outsider_is_shown_these_pages_and_no_others(planted: Planted, client: Client) -> None:
    answers = {route: {client.get(url).status_code for url in found} for route, found in addresses().items()}
    assert {route for route, codes in answers.items() if 200 in codes} == OPEN
    assert set().union(*answers.values()) == {200, 302, 401, 404, 405}


def test_asking_for_a_private_word_tells_nothing(planted: Planted, client: Client) -> None:
    """One mark of every field: the answer is that for a word which nobody ever wrote."""
    marks = {where.split()[0]: mark for mark, where in planted.private.items()}
    for url in ("/plans/jiaodong/search/", "/plans/jiaodong/tasks/", "/plans/jiaodong/export/ledger.csv"):
        nothing = everything_said(client.get(url, {"q": NONSENSE}))
        for where, mark in marks.items():
            assert everything_said(client.get(url, {"q": mark})).replace(mark, NONSENSE) == nothing, (where, url)


def test_every_private_text_is_found_by_somebody_who_may_see_it(planted: Planted) -> None:
    """Without this the tests above might search for what nobody is shown at all."""
    said = ""
    for name, under in (("office", ""), ("auditor", "audit/"), ("reporter", "reports/")):
        person = planted.stage.everybody[name]
        person.refresh_from_db()  # the account's own texts are marked too
        said += "\n".join(look_everywhere(client_of(person), under=under).values())
    found = {where for mark, where in planted.private.items() if mark in said}
    assert planted.labels - PUBLISHED - {where.split()[0] for where in found} == SHOWN_TO_NOBODY
    progress = {where for where in planted.private.values() if where.startswith("ProgressReport.progress ")}
    assert progress - found == set()
