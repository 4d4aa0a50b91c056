"""How a constraint is tried: a row it accepts, a row it refuses, and the sentence a person reads."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Case:
    """Two makers of an unsaved row. The refused one may store what it collides with."""

    accepted: Callable[[], models.Model]
    refused: Callable[[], models.Model]


def constraints_of(app_label: str) -> dict[str, models.BaseConstraint]:
    found = apps.get_app_config(app_label).get_models()
    return {constraint.name: constraint for model in found for constraint in model._meta.constraints}


def assert_accepted(row: models.Model) -> None:
    row.full_clean()
    row.save(force_insert=True)


def assert_refused(row: models.Model, sentence: str) -> None:
    """By the check with its sentence, by the whole check in Chinese, and by the database unasked."""
    with pytest.raises(ValidationError) as refusal:
        row.validate_constraints()
    assert refusal.value.messages == [sentence]
    with pytest.raises(ValidationError) as refusal:
        row.full_clean()
    assert [message for message in refusal.value.messages if not CHINESE.search(message)] == []
    with pytest.raises(IntegrityError), transaction.atomic():
        type(row)._default_manager.bulk_create([row])


def assert_speaks_chinese(constraint: models.BaseConstraint) -> None:
    assert CHINESE.search(constraint.violation_error_message)
    assert constraint.violation_error_message.endswith("。")
