"""Log lines. In production one JSON object each, with the request's number; never a person, an address or a query."""

import json
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

request_id: ContextVar[str] = ContextVar("request_id", default="")
FACTS = ("method", "path", "view", "status", "ms", "queries")  # what `jiaodong.requests` says beside its message
VALUES_OF_ROWS = ("DETAIL:", "CONTEXT:")  # PostgreSQL quotes the row there


def number_of(record: logging.LogRecord) -> str:
    """Django says what it refused after the request is answered: the request itself still has its number then."""
    return request_id.get() or getattr(getattr(record, "request", None), "id", "")


class WithRequest(logging.Filter):
    """Give every record the number of the request it belongs to."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = number_of(record)
        return True


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if number := number_of(record):
            line["request_id"] = number
        line |= {name: getattr(record, name) for name in FACTS if hasattr(record, name)}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)

    def formatException(self, exc_info: Any) -> str:  # noqa: N802
        lines = "".join(traceback.format_exception(*exc_info)).splitlines()
        return "\n".join(line for line in lines if not line.startswith(VALUES_OF_ROWS))
