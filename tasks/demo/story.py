"""What the demonstration tells, measure by measure: the latest period as a leader finds it. Pure.

A measure is named by its code, a duty by code and unit. All that is not named here goes as planned.
"""

from dataclasses import dataclass

OFFICE_UNIT = "省发展改革委"
WITHOUT_REVIEWER = "zuzhibu"  # sends straight to the Office

# Ongoing by their nature: no dates, the light is the unit's own word.
ONGOING = {
    "5-1", "5-3", "6-2", "7-4", "7-7", "9-1", "9-4", "10-1", "11-1", "11-2", "12-1", "12-2", "14-1", "15-2", "15-3",
    "15-4", "18-2", "18-3", "18-4", "20-3", "22-1", "23-1", "23-2", "23-3", "24-1", "24-2",
}  # fmt: skip
ONGOING_WORD = {"12-1": "at_risk", "15-3": "behind"}

# Days from today to the due date. Nothing fell due before the latest period's day, to which it was reported.
OVERDUE = {"1-6": -3, "2-1": -18, "4-2": -8, "10-3": -12, "14-2": -15}
DUE_SOON = {"6-1": 5, "10-2": 6, "3-1": 14, "18-1": 20, "20-1": 27}

# Points behind schedule, and the word the unit gives for it. The last four say better than the dates do.
BEHIND_SCHEDULE = {
    "1-2": (17, "at_risk"), "5-2": (16, "at_risk"), "9-2": (17, "at_risk"), "21-2": (17, "at_risk"),
    "1-3": (42, "behind"), "15-1": (42, "behind"), "22-3": (42, "behind"),
    "7-3": (16, "on_track"), "8-2": (17, "on_track"), "8-6": (42, "on_track"), "21-3": (42, "at_risk"),
}  # fmt: skip
OVERDUE_GAP = (15, "at_risk")


@dataclass(frozen=True, slots=True)
class Ask:
    """需协调事项 of the latest period: who is asked for what, to be answered so many days from today."""

    text: str
    whom: str
    within: int


# The three decisions a leader has to find, then two for other units.
ASKS = {
    ("1-2", "jiaotong-yunshu"): Ask("（演示）两港区整合后的资产划转口径不一致，请召集联席会议议定。", OFFICE_UNIT, 6),
    ("15-1", "haiyang"): Ask("（演示）岸线分区与两市国土空间规划有 3 处冲突，请牵头裁定。", OFFICE_UNIT, 10),
    ("21-2", "ziran-ziyuan"): Ask("（演示）跨市调剂指标的收益分成没有依据，请提请联席会议研究。", OFFICE_UNIT, 20),
    ("1-3", "jiaotong-yunshu"): Ask("（演示）迁建工程用地预审待补正，请加快办理。", "省自然资源厅", 12),
    ("22-3", "difang-jinrong"): Ask("（演示）交易平台改造资金未下达，请明确时间。", "省财政厅", 15),
}

# The latest period's filing, by duty.
UNFILED = {
    ("1-1", "fazhan-gaige"), ("4-1", "dashuju"), ("6-2", "shangwu"), ("11-3", "yantai"), ("11-6", "jinan"),
    ("19-1", "gongan"), ("24-2", "rizhao"),
}  # fmt: skip
LATE = {("5-1", "haiyang"), ("9-3", "shangwu"), ("16-2", "yibao"), ("18-1", "gongan")}
AT_UNIT_REVIEW = {("7-2", "fazhan-gaige"), ("8-1", "keji"), ("9-1", "shangwu")}
AT_OFFICE_REVIEW = {("7-4", "fazhan-gaige"), ("8-3", "keji"), ("14-1", "shuili"), ("19-1", "zuzhibu")}
RETURNED = {("5-1", "gongye-xinxihua"), ("24-2", "weihai")}
UNCHANGED = {("9-4", "shangwu"), ("11-1", "shangwu"), ("20-3", "renhang-jinan"), ("23-1", "fazhan-gaige")}
FALLEN = {("5-3", "haiyang"), ("22-1", "fazhan-gaige")}

# How time and end of measures changed. Completed: days from the day of completion to the due date; one after it.
COMPLETED = {"8-7": 36, "16-1": 5, "17-3": 46, "17-1": -4}
CLAIM_WAITS = "17-2"
EXTENDED_ONCE = {"5-4", "13-1", "20-2"}
EXTENDED_TWICE = "10-4"
EXTENSION_WAITS = "3-1"
SUSPENDED = "11-5"


@dataclass(frozen=True, slots=True)
class Told:
    """批示 of the leader: given and due so many days from today, answered after so many, closed after so many more."""

    text: str
    given: int
    due: int
    answer: str = ""
    answered: int = 0
    closed: int = 0


# One closed, one whose answer the leader has not looked at, one in hand. Kept apart from the matters above, which still wait.
TOLD = {
    ("15-1", "haiyang"): Told(
        "（演示）请会同沿海两市逐段核对岸线分区，列出有冲突的岸段。",
        -27,
        -17,
        "已核对完毕，有 3 处冲突，清单已印发（演示）。",
        6,
        2,
    ),
    ("1-3", "jiaotong-yunshu"): Told(
        "（演示）请逐项排出迁建工程的节点，说明怎样赶上序时进度。",
        -13,
        2,
        "节点已逐项排出，差距在用地预审（演示）。",
        9,
    ),
    ("22-3", "difang-jinrong"): Told("（演示）请与各市商定交易平台的改造分工，报联席会议办公室。", -6, 8),
}

# Of each earlier period, drawn by the dice: how many duties.
EARLIER_UNFILED, EARLIER_LATE, EARLIER_UNCHANGED, EARLIER_FALLEN, EARLIER_AT_RISK = 2, 3, 4, 1, 6
