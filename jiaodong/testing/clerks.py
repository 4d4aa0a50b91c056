"""Clerks who hand in over HTTP, one request each, while something is killed. For `jiaodong/tests/test_storm.py`."""

import http.client
import threading
import time
from contextlib import closing
from typing import NamedTuple

from jiaodong.testing.people import typed
from jiaodong.testing.serving import Server

CSRF, EDGE = "a" * 32, "edge"


class Answer(NamedTuple):
    status: int
    text: str
    retry_after: str


class Clerks:
    """Eight browsers that press 提交审核 for one clerk after the other, and what each was answered."""

    def __init__(self, server: Server, clerks: list[dict[str, str]]) -> None:
        self.server, self.waiting, self.lock = server, iter(clerks), threading.Lock()
        self.answers: list[tuple[str, int]] = []  # the report's address and the status, 0 where nobody answered
        self.threads = [threading.Thread(target=self.press) for _ in range(8)]
        for thread in self.threads:
            thread.start()

    def press(self) -> None:
        while True:
            with self.lock:
                clerk = next(self.waiting, None)
            if clerk is None:
                return
            self.answers.append((clerk["path"], submit(self.server.port, clerk).status))

    def accepted(self) -> set[str]:
        """Answered with the redirect that follows a submission."""
        return {path for path, status in self.answers if status == 302}

    def statuses(self) -> set[int]:
        return {status for _, status in self.answers}

    def wait_for(self, count: int) -> None:
        while len(self.accepted()) < count:
            time.sleep(0.01)
            assert any(thread.is_alive() for thread in self.threads), "every submission was over before"

    def finish(self) -> None:
        for thread in self.threads:
            thread.join()


def submit(port: int, clerk: dict[str, str], text: str = "10月9日完成 40%", file: bytes = b"") -> Answer:
    """Press 提交审核, with a file to save the draft with it."""
    fields = {**typed(text), "version": "", "writer": clerk["writer"], "do": "save" if file else "submit"}
    parts = [(f'name="{name}"', value.encode()) for name, value in {**fields, "csrfmiddlewaretoken": CSRF}.items()]
    parts += [('name="files"; filename="a.pdf"', file)] if file else []
    body = b"".join(
        f"--{EDGE}\r\nContent-Disposition: form-data; {name}\r\n\r\n".encode() + value + b"\r\n"
        for name, value in parts
    )
    headers = {
        "Cookie": f"{clerk['cookie']}; csrftoken={CSRF}",
        "Content-Type": f"multipart/form-data; boundary={EDGE}",
    }
    return ask(port, "POST", clerk["path"], body + f"--{EDGE}--\r\n".encode(), headers)


def ask(port: int, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as client:
            client.request(method, path, body, headers or {})
            response = client.getresponse()
            return Answer(response.status, response.read().decode(), response.headers.get("Retry-After", ""))
    except (OSError, http.client.HTTPException):
        return Answer(0, "", "")  # cut off by a kill: nothing was promised
