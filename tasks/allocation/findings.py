"""What the reader has to say about a table: warnings and errors, each with a code, a line and a Chinese sentence.

The codes are those of the table's contract (docs/allocation-format.md). One error and nothing is stored.
"""

from dataclasses import dataclass

ERRORS = frozenset(
    {
        # the file
        "UNREADABLE_FILE",
        "BAD_ENCODING",
        # rows
        "ROW_CELL_COUNT",
        "BAD_NUMBER",
        "ORPHAN_ROW",
        "TITLE_WITHOUT_NUMBER",
        "NUMBER_WITHOUT_TITLE",
        "DUPLICATE_NUMBER",
        # paragraphs
        "MISSING_RESPONSIBILITY",
        "MISSING_MEASURE",
        "PAIR_COUNT_MISMATCH",
        "EMPTY_PARAGRAPH_IN_PAIR",
        # reviewed decisions
        "CORRECTION_NOT_APPLICABLE",
    }
)
WARNINGS = frozenset(
    {
        "EXTRA_EMPTY_CELL",
        "UNRECOGNISED_LINE",
        "BLANK_NUMBER_ROW",
        "CONTINUED_TASK",
        "NUMBER_GAP",
        "NUMBER_ORDER",
        "ONE_RESPONSIBILITY_FOR_MANY",
        "MANY_RESPONSIBILITIES_FOR_ONE",
        "TASK_WITHOUT_MEASURES",
        "UNKNOWN_ENDING",
        "NO_ROLE_ENDING",
        "EMPTY_RESPONSIBILITY",
        "DUPLICATE_UNIT",
    }
)


TOO_LARGE = "文件展开后太大，不像一份分工表。请把分工表单独复制到一个新文件，保存后再读。"


class UnreadableError(Exception):
    """The file as a whole cannot be read; says in Chinese what to mend."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.message, self.line = message, line


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know or to mend. `line` is the physical line of a text file, or the row of a sheet or table."""

    code: str
    line: int
    message: str

    @property
    def is_error(self) -> bool:
        return self.code in ERRORS
