"""Dates as the tables and forms of the site have them; Django's Chinese has 2026年10月15日 and 2026/10/15 in the back office."""

DATE_INPUT_FORMATS = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"]
DATE_FORMAT = "Y-m-d"
DATETIME_FORMAT = "Y-m-d H:i"
