"""Dates as the site writes and reads them; Django's Chinese writes 2026/10/15 into the forms of the back office."""

DATE_INPUT_FORMATS = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"]
