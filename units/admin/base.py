"""What every page of the back office shares: rights by role, edits by services, Chinese history, no query per row."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.contrib.admin.widgets import AdminTextareaWidget, AutocompleteSelect, RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.forms import BaseFormSet, ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from simple_history.admin import SimpleHistoryAdmin
from simple_history.models import ModelChange
from simple_history.template_utils import HistoricalRecordContextHelper

from units.keys import is_key
from units.permissions import Permission, may
from units.rows import refuse_if_in_use

PLEASE_CHOOSE, NOT_CHOSEN = "请选择", "（不选）"  # an empty choice, where there must be one and where there may


class Door(NamedTuple):
    """The verbs that write a model's rows, and the keyword under which they take one."""

    keyword: str
    save: Callable[..., object]
    delete: Callable[..., object]


def said(yes: bool) -> str | None:
    """A yes or no as a word; Django draws a picture that is called True or False."""
    return "是" if yes else None


def say_no_choice(field: forms.Field | None) -> None:
    """What the empty choice means, where Django draws nine hyphens."""
    word = PLEASE_CHOOSE if field and field.required else NOT_CHOSEN
    if isinstance(field, forms.ModelChoiceField):
        field.empty_label = field.empty_label and word
    elif isinstance(field, forms.ChoiceField):
        field.choices = [(value, label if value else word) for value, label in field.choices]


class LoadedSelect(AutocompleteSelect):
    """An autocomplete that shows a choice already in memory; Django's asks the database for every row of an inline.

    What was sent and cannot be a row is shown as no choice, where Django's fails.
    """

    chosen: models.Model | None = None

    def build_attrs(self, base_attrs: dict, extra_attrs: dict | None = None) -> dict:
        word = PLEASE_CHOOSE if self.is_required else NOT_CHOSEN
        return {**super().build_attrs(base_attrs, extra_attrs), "data-placeholder": word}

    def optgroups(self, name: str, value: list[str], attr: Any = None) -> list[tuple]:
        if self.chosen is None or value != [str(self.chosen.pk)]:
            return super().optgroups(name, [one for one in value if is_key(one)], attr)
        options = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        options.append(self.create_option(name, self.chosen.pk, str(self.chosen), True, len(options)))
        return [(None, options, 0)]


class ByRole:
    """Rights from the table of roles: whoever enters the back office reads, `edit_permission` is for the rest.

    Django's own permissions per model play no part, a superuser's neither.
    """

    edit_permission: Permission
    formfield_overrides = {models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 4})}}

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, Permission.SEE_BACK_OFFICE)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, self.edit_permission)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, self.edit_permission)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, self.edit_permission)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may(request.user, Permission.SEE_BACK_OFFICE)

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs) -> forms.Field:
        """Beside a choice one sign is enough, to change or else to view it; it is deleted on its own page."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        say_no_choice(field)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget.can_delete_related = False
            field.widget.can_view_related &= not field.widget.can_change_related
        return field

    def formfield_for_foreignkey(self, db_field: models.ForeignKey, request: HttpRequest, **kwargs) -> forms.Field:
        if db_field.name in self.autocomplete_fields:
            kwargs["widget"] = LoadedSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class ServiceAdmin(ByRole, admin.ModelAdmin):
    """Writes through `doors`. A service may refuse what the form let through: its sentence comes back on the page."""

    doors: dict[type[models.Model], Door] = {}

    def save_row(self, request: HttpRequest, row: models.Model) -> None:
        door = self.doors[type(row)]
        door.save(request.user, **{door.keyword: row}, now=timezone.now())

    def delete_row(self, request: HttpRequest, row: models.Model) -> None:
        door = self.doors[type(row)]
        door.delete(request.user, **{door.keyword: row}, now=timezone.now())

    def save_model(self, request: HttpRequest, obj: models.Model, form: ModelForm, change: bool) -> None:
        self.save_row(request, obj)

    def save_formset(self, request: HttpRequest, form: ModelForm, formset: BaseFormSet, change: bool) -> None:
        rows = formset.save(commit=False)
        for row in formset.deleted_objects:
            self.delete_row(request, row)
        for row in rows:
            self.save_row(request, row)

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        self.delete_row(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        for row in queryset:
            self.delete_row(request, row)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs) -> type[ModelForm]:
        form = super().get_form(request, obj, change, **kwargs)
        refusal = getattr(request, "refusal", None)
        return refusing(form, refusal) if refusal else form

    def changeform_view(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        return ask_again(super().changeform_view, request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, object_id: str, *args, **kwargs) -> HttpResponse:
        back = reverse(admin_urlname(self.opts, "change"), args=[object_id])
        return self.say_refusal(back, super().delete_view, request, object_id, *args, **kwargs)

    def get_action_choices(self, request: HttpRequest, default_choices: Any = None) -> list[tuple]:
        return super().get_action_choices(request, [("", PLEASE_CHOOSE)])

    def response_action(self, request: HttpRequest, queryset: models.QuerySet) -> HttpResponse | None:
        return self.say_refusal(request.get_full_path(), super().response_action, request, queryset)

    def get_deleted_objects(self, objs: Iterable[models.Model], request: HttpRequest) -> tuple:
        """What goes with them, for the page that asks to confirm; refused before asking where something must stay."""
        for row in objs:
            refuse_if_in_use(row)
        return super().get_deleted_objects(objs, request)

    def say_refusal(self, back: str, act: Callable[..., Any], request: HttpRequest, *args, **kwargs) -> Any:
        """All of it or nothing; a refusal is a message on the page `back`."""
        try:
            with transaction.atomic():
                return act(request, *args, **kwargs)
        except ValidationError as refusal:
            self.message_user(request, " ".join(refusal.messages), messages.ERROR)
            return HttpResponseRedirect(back)


def ask_again(view: Callable[..., HttpResponse], request: HttpRequest, *args, **kwargs) -> HttpResponse:
    """The page once more when a service refused, with everything typed and the sentence above it."""
    try:
        return view(request, *args, **kwargs)
    except ValidationError as refusal:
        request.refusal = refusal
        return view(request, *args, **kwargs)


def refusing(form: type[ModelForm], refusal: ValidationError) -> type[ModelForm]:
    def _post_clean(self: ModelForm) -> None:
        form._post_clean(self)
        self.add_error(None, refusal.messages)

    return type(form.__name__, (form,), {"_post_clean": _post_clean})


class Told(HistoricalRecordContextHelper):
    """Values as the forms say them: the label of a choice, 是 or 否, and what was empty."""

    def prepare_delta_change_value(self, change: ModelChange, value: Any) -> Any:
        value = super().prepare_delta_change_value(change, value)
        if value is None or value == "":
            return "（空）"
        if isinstance(value, bool):
            return "是" if value else "否"
        choices = getattr(self.model._meta.get_field(change.field), "flatchoices", ())
        return dict(choices).get(value, value)


class HistoryAdmin(ServiceAdmin, SimpleHistoryAdmin):
    """A model with a history of its rows. The templates mend what the library's leave in English or style inline."""

    object_history_list_template = "admin/history_list.html"
    object_history_form_template = "admin/history_form.html"

    def history_view(self, request: HttpRequest, object_id: str, *args, **kwargs) -> HttpResponse:
        if not is_key(object_id):
            raise Http404
        return super().history_view(request, object_id, *args, **kwargs)

    def get_historical_record_context_helper(self, request: HttpRequest, historical_record: Any) -> Told:
        return Told(self.model, historical_record)

    def history_form_view(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        """The library lets whoever sees an old version send it as well."""
        if not all(map(is_key, args)):
            raise Http404
        if request.method == "POST" and not self.has_change_permission(request):
            raise PermissionDenied
        return ask_again(super().history_form_view, request, *args, **kwargs)


class RowForm(ModelForm):
    """A row of an inline, which shows its choices from memory."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            widget = getattr(field.widget, "widget", None)  # inside the wrapper with the pencil and the plus
            if isinstance(widget, LoadedSelect) and self._meta.model._meta.get_field(name).is_cached(self.instance):
                widget.chosen = getattr(self.instance, name)


class RowFormSet(forms.BaseInlineFormSet):
    """Rows in a table: every control is given the name that only the head of its column shows."""

    def add_fields(self, form: ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        for field in form.fields.values():
            if field.label:
                field.widget.attrs.setdefault("aria-label", field.label)


class ServiceInline(ByRole, admin.TabularInline):
    """Rows of a parent; the parent's admin saves them through its doors. `related` is what a row shows of others."""

    form = RowForm
    formset = RowFormSet
    extra = 0
    related: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).select_related(*self.related)
