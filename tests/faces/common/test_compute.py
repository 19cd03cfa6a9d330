"""Tests that full float32 rounds nothing, and that torch's settings are restored afterwards."""

import pytest
import torch

from faces.common.compute import full_float32

OPERATIONS = {
    "cudnn.conv": torch.backends.cudnn.conv,
    "cuda.matmul": torch.backends.cuda.matmul,
    "mkldnn.conv": torch.backends.mkldnn.conv,
    "mkldnn.matmul": torch.backends.mkldnn.matmul,
}


def precisions() -> dict[str, str]:
    return {name: operation.fp32_precision for name, operation in OPERATIONS.items()}


def older_settings() -> tuple[bool, bool, str]:
    """Return the settings that torch had before 2.9; reading them raises where both are mixed."""
    backends = torch.backends
    older = backends.cudnn.allow_tf32, backends.cuda.matmul.allow_tf32
    return *older, torch.get_float32_matmul_precision()


@pytest.fixture(autouse=True)
def _set_back():
    before, older = precisions(), torch.get_float32_matmul_precision()
    yield
    torch.set_float32_matmul_precision(older)
    torch.backends.cudnn.allow_tf32 = True
    for name, precision in before.items():
        OPERATIONS[name].fp32_precision = precision


def test_cudnn_would_round():
    """Without this default, `full_float32` would not be needed."""
    assert torch.backends.cudnn.conv.fp32_precision == "tf32"


@pytest.mark.parametrize("older", ["highest", "high", "medium"])
@pytest.mark.parametrize("cudnn", [True, False])
def test_older_settings_are_off_inside_and_back_afterwards(older, cudnn):
    torch.set_float32_matmul_precision(older)
    torch.backends.cudnn.allow_tf32 = cudnn
    before = precisions(), older_settings()
    assert before[1] == (cudnn, older != "highest", older)
    with full_float32():
        assert set(precisions().values()) == {"ieee"}
    assert (precisions(), older_settings()) == before


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("precision", ["tf32", "ieee", "none"])
def test_newer_settings_are_off_inside_and_back_afterwards(name, precision):
    OPERATIONS[name].fp32_precision = precision
    before = precisions()
    assert before[name] == precision
    with full_float32():
        assert set(precisions().values()) == {"ieee"}
    assert precisions() == before


def test_the_setting_for_all_operations_rounds_nothing_inside():
    """An operation without a setting of its own takes the setting for all operations."""
    torch.backends.fp32_precision = "tf32"
    try:
        torch.backends.cudnn.conv.fp32_precision = "none"
        before = precisions()
        assert set(before.values()) == {"tf32"}
        with full_float32():
            assert set(precisions().values()) == {"ieee"}
        assert precisions() == before
    finally:
        torch.backends.fp32_precision = "none"


def test_an_error_goes_through_and_leaves_all_as_it_was():
    torch.set_float32_matmul_precision("high")
    before = precisions()
    with pytest.raises(ZeroDivisionError), full_float32():
        raise ZeroDivisionError
    assert precisions() == before


def test_full_float32_nests_decorates_and_computes():
    before = precisions()

    @full_float32()
    def product() -> torch.Tensor:
        with full_float32():
            pass
        assert set(precisions().values()) == {"ieee"}
        images, filters = torch.ones(1, 2, 5, 5), torch.full((3, 2, 3, 3), 0.1)
        return torch.nn.functional.conv2d(images, filters).flatten(1) @ torch.ones(27, 1)

    for _ in range(2):
        torch.testing.assert_close(product(), torch.full((1, 1), 48.6))
        assert precisions() == before
