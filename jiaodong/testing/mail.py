"""A mail server for tests: it speaks just enough SMTP, keeps what it is given, and refuses whom it is told to refuse."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

ANSWERS = {"EHLO": "250 here", "HELO": "250 here", "MAIL": "250 ok", "RSET": "250 ok", "NOOP": "250 ok"}


class MailServer(socketserver.ThreadingTCPServer):
    """`refused`: address -> answer, such as `550 no such person`; a lone `drop` breaks the connection after the mail."""

    daemon_threads = allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.taken: list[EmailMessage] = []
        self.refused: dict[str, str] = {}

    @property
    def port(self) -> int:
        return self.server_address[1]

    @property
    def recipients(self) -> list[str]:
        return [mail["To"] for mail in self.taken]


class Session(socketserver.StreamRequestHandler):
    server: MailServer

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        self.say("220 here")
        to = ""
        while line := self.rfile.readline().decode().strip():
            verb = line[:4].upper()
            if verb == "QUIT":
                return self.say("221 bye")
            if verb == "RCPT":
                to = line.partition("<")[2].partition(">")[0]
                refusal = self.server.refused.get(to, "250 ok")
                self.say("250 ok" if refusal == "drop" else refusal)
            elif verb == "DATA":
                self.say("354 go on")
                self.server.taken.append(self.mail())
                if self.server.refused.get(to) == "drop":
                    return None
                self.say("250 taken")
            else:
                self.say(ANSWERS.get(verb, "502 not known here"))
        return None

    def mail(self) -> EmailMessage:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        return message_from_bytes(b"".join(lines), policy=policy.default)


@contextmanager
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
