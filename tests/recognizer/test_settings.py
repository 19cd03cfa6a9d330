"""Settings: defaults hold together, mistakes are refused, every field is described."""

import subprocess
import sys

import pytest
from pydantic import ValidationError

from recognizer.settings import PretrainSettings, RecognizerSettings


@pytest.mark.parametrize("model", [PretrainSettings, RecognizerSettings])
def test_every_field_has_a_default_and_a_description(model):
    model()
    assert all(field.description for field in model.model_fields.values())


@pytest.mark.parametrize(
    "wrong",
    [
        {"step": 3},
        {"steps": 0},
        {"side_px": 79},
        {"nir_per_subject": -1},
        {"nir_per_subject": "some"},
        {"weights": "imagenet"},
        {"dropout": 1.0},
        {"learning_rate_drops": (1.5,)},
        {"far_targets": (0.0,)},
    ],
)
def test_mistakes_are_refused(wrong):
    with pytest.raises(ValidationError):
        RecognizerSettings(**wrong)


def test_what_changes_no_byte_is_not_written_down():
    assert "checkpoint_every_steps" not in RecognizerSettings().model_dump()


def test_settings_need_no_torch():
    code = "import sys, recognizer.settings; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
