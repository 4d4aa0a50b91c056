"""完成率走势 as an inline drawing: where each point, line and word of the chart stands. All lengths are user units."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from tasks.lights import ProgressLight
from tasks.queries.measure_lights import Point

LEFT, RIGHT, TOP, BOTTOM = 40, 306, 20, 128
LINE_HEIGHT = 16


@dataclass(frozen=True, slots=True)
class Dot:
    x: int
    y: int
    percent: int
    text_y: int


@dataclass(frozen=True, slots=True)
class Chart:
    """The drawing, the rows it is drawn from, and its values in words."""

    points: list[Point]
    dots: list[Dot]
    gaps: list[int]
    reported: list[str]
    schedule: list[str]
    last_scheduled: int | None
    words: str

    @property
    def first_label(self) -> str:
        return f"{self.points[0].as_of:%Y-%m}"

    @property
    def last_label(self) -> str:
        return f"{self.points[-1].as_of:%Y-%m}" if len(self.points) > 1 else ""


def chart(points: list[Point]) -> Chart | None:
    """None where no period has a percentage to draw."""
    if all(point.percent is None for point in points):
        return None
    at = {point.as_of: x_of(number, len(points)) for number, point in enumerate(points)}
    planned = [point.scheduled for point in points if point.scheduled is not None]
    return Chart(
        points=points,
        dots=[dot(at[point.as_of], point) for point in points if point.percent is not None],
        gaps=[at[point.as_of] for point in points if point.light == ProgressLight.NOT_REPORTED],
        reported=lines((at[point.as_of], point.percent) for point in points),
        schedule=lines((at[point.as_of], point.scheduled) for point in points),
        last_scheduled=planned[-1] if planned else None,
        words="完成率走势：" + "；".join(map(in_words, points)),
    )


def x_of(number: int, count: int) -> int:
    return LEFT + 12 + (RIGHT - LEFT - 24) * number // max(1, count - 1)


def y_of(percent: int) -> int:
    return BOTTOM - (BOTTOM - TOP) * percent // 100


def dot(x: int, point: Point) -> Dot:
    """The value stands on the side away from the schedule."""
    percent = point.percent or 0
    y = y_of(percent)
    is_above = percent > (point.scheduled or 0) or y + LINE_HEIGHT > BOTTOM
    return Dot(x, y, percent, y - 7 if is_above else y + LINE_HEIGHT)


def lines(values: Iterable[tuple[int, int | None]]) -> list[str]:
    """A `points` attribute for each run of values without a gap."""
    runs = groupby(values, key=lambda value: value[1] is not None)
    return [" ".join(f"{x},{y_of(percent or 0)}" for x, percent in run) for is_given, run in runs if is_given]


def in_words(point: Point) -> str:
    given = "本期未报" if point.light == ProgressLight.NOT_REPORTED else "没有完成率"
    said = given if point.percent is None else f"{point.percent}%"
    return said_with_schedule(f"{point.label} {said}", point.scheduled)


def said_with_schedule(words: str, scheduled: int | None) -> str:
    return words if scheduled is None else f"{words}（序时 {scheduled}%）"
