"""What was searched for, marked where it stands."""

import re
from collections.abc import Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def mark(text: str, words: Sequence[str]) -> SafeString:
    """The text, escaped, each of the words in a `<mark>`; of two that begin alike the longer one wins."""
    alternatives = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    pieces = re.split(f"({alternatives})", text, flags=re.IGNORECASE)  # what matched has the odd places
    return format_html_join(
        "", "{}", ((format_html("<mark>{}</mark>", piece) if at % 2 else piece,) for at, piece in enumerate(pieces))
    )
