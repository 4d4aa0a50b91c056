"""The form of 汇报稿文字: a field for each section, and a tick that brings its standard wording back."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django import forms

from tasks.forms import TextField
from tasks.forms_office import VerbForm
from tasks.services.wording import Change
from tasks.wording import SECTIONS, faults

STANDARD, SEEN = "standard_", "seen_"


class SectionFields(NamedTuple):
    name: str
    text: forms.BoundField
    standard: forms.BoundField
    is_standard: bool
    stored: str
    is_overtaken: bool


class WordingForm(VerbForm):
    """Knows what its writer saw when it was opened, section by section. Empty is allowed: nothing is said then."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, stored: Mapping[str, str]) -> None:
        super().__init__(data, initial=dict(stored))
        self.stored = stored
        for name, section in SECTIONS.items():
            self.fields[name] = TextField(section.label, rows=2, required=False)
            tick = forms.CheckboxInput(attrs={"class": "form-check-input"})
            self.fields[f"{STANDARD}{name}"] = forms.BooleanField(
                label=f"{section.label}恢复标准文字", required=False, widget=tick
            )

    @property
    def sections(self) -> list[SectionFields]:
        return [
            SectionFields(
                name,
                self[name],
                self[f"{STANDARD}{name}"],
                self.stored[name] == section.standard,
                self.stored[name],
                self.is_bound and self.seen(name) != self.stored[name],
            )
            for name, section in SECTIONS.items()
        ]

    def seen(self, name: str) -> str:
        """The text as it stood when the form was opened."""
        return self.fields[name].to_python(self.data.get(f"{SEEN}{name}", ""))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name in SECTIONS:
            if not cleaned.get(f"{STANDARD}{name}"):
                for sentence in faults(cleaned.get(name, "")):
                    self.add_error(name, sentence)
        return cleaned

    @property
    def changes(self) -> dict[str, Change]:
        """What the writer changed of what they saw, not what others changed meanwhile."""
        found = {}
        for name, section in SECTIONS.items():
            seen = self.seen(name)
            text = section.standard if self.cleaned_data[f"{STANDARD}{name}"] else self.cleaned_data[name]
            if text != seen:
                found[name] = Change(seen, text)
        return found
