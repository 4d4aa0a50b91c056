"""The cells of a sheet or of a Word table become lines, by the same rules for both (contract, rows 2 to 4, 8, 9)."""

import re
from collections.abc import Sequence

from tasks.allocation.rows import PARAGRAPH_TAG, Cell, Line, is_page_number_or_note, paragraphs

NUMBER = re.compile(r"\d+\s*[.．、]?")
MEASURES, RESPONSIBILITIES = 2, 3


def cell_of(texts: Sequence[str]) -> Cell:
    """A cell from its own paragraphs. `<p>` marks typed into it count more than they do."""
    whole = "\n".join(texts)
    if PARAGRAPH_TAG.search(whole):
        return paragraphs(whole)
    stripped = tuple(text.strip() for text in texts)
    return stripped if any(stripped) else ()


def line_of(number: int, cells: Sequence[Cell], *, wide: bool, started: bool) -> Line:
    """The line of one row. `wide`: its lone text spans columns; `started`: a row with several texts stood above."""
    filled = [index for index, cell in enumerate(cells) if any(cell)]
    if len(filled) == 1 and (wide or not started or is_running_text(filled[0], "".join(cells[filled[0]]))):
        return Line(number, (cells[filled[0]],))
    return Line(number, without_trailing_blanks(tuple(cells)))


def is_running_text(column: int, text: str) -> bool:
    """Whether a lone text below the header is no cell of the table. A bare number in the first column is one."""
    if column == 0:
        return not NUMBER.fullmatch(text)
    return column > RESPONSIBILITIES or is_page_number_or_note(text)


def without_trailing_blanks(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """Empty paragraphs at the end of a cell are what typing and merging leave behind, and are dropped.

    They stay where only they make measures and responsibilities equally many: the contract's rule 9 judges such pairs.
    """
    kept = tuple(trimmed(cell) for cell in cells)
    return kept if is_even(kept) or not is_even(cells) else cells


def is_even(cells: tuple[Cell, ...]) -> bool:
    return len(cells) >= 4 and len(cells[MEASURES]) == len(cells[RESPONSIBILITIES])


def trimmed(cell: Cell) -> Cell:
    end = len(cell)
    while end and not cell[end - 1]:
        end -= 1
    return cell[:end]
