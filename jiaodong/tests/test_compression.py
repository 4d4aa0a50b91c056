"""What is packed, and what is left as it is."""

import gzip
import secrets

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from jiaodong.compression import QuickGZipMiddleware

WORDS = "重点任务推进落实".encode() * 400
WILLING = {"accept-encoding": "br, gzip"}


def answered(response: HttpResponse | StreamingHttpResponse, headers: dict[str, str] | None = None):
    request = RequestFactory(headers=WILLING if headers is None else headers).get("/")
    return QuickGZipMiddleware(lambda request: response)(request)


def test_a_page_is_packed_and_says_so() -> None:
    packed = answered(HttpResponse(WORDS, headers={"ETag": '"one"', "Vary": "Cookie"}))
    assert gzip.decompress(packed.content) == WORDS
    assert len(packed.content) < len(WORDS) / 10
    said = {name: packed[name] for name in ("Content-Encoding", "Content-Length", "ETag", "Vary")}
    assert said == {
        "Content-Encoding": "gzip",
        "Content-Length": str(len(packed.content)),
        "ETag": 'W/"one"',
        "Vary": "Cookie, Accept-Encoding",
    }


def test_a_weak_tag_stays_as_it_is() -> None:
    assert answered(HttpResponse(WORDS, headers={"ETag": 'W/"one"'}))["ETag"] == 'W/"one"'


def test_the_length_does_not_tell_what_a_page_repeats() -> None:
    assert len({len(answered(HttpResponse(WORDS)).content) for _ in range(30)}) > 1


@pytest.mark.parametrize("headers", [{}, {"accept-encoding": "br"}])
def test_whoever_cannot_read_it_gets_it_plain(headers: dict[str, str]) -> None:
    plain = answered(HttpResponse(WORDS), headers)
    assert (plain.content, plain.has_header("Content-Encoding"), plain["Vary"]) == (WORDS, False, "Accept-Encoding")


@pytest.mark.parametrize("content", [b"", b"ok", secrets.token_bytes(5000)], ids=["nothing", "a word", "noise"])
def test_what_would_not_become_shorter_is_left(content: bytes) -> None:
    left = answered(HttpResponse(content))
    assert (left.content, left.has_header("Content-Encoding")) == (content, False)


def test_what_is_packed_already_is_not_packed_again() -> None:
    once = HttpResponse(gzip.compress(WORDS), headers={"Content-Encoding": "gzip"})
    assert gzip.decompress(answered(once).content) == WORDS


def test_what_comes_in_parts_is_packed_in_parts() -> None:
    packed = answered(StreamingHttpResponse(iter([WORDS, WORDS])))
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(b"".join(packed.streaming_content)) == WORDS * 2
