"""Numbers as they come in addresses and forms, where anybody can write anything. Pure."""


def is_key(text: str) -> bool:
    """Whether it can be a row's number, or another whole number of a row: digits, and no more than a column holds."""
    return text.isascii() and text.isdigit() and len(text) < 19
