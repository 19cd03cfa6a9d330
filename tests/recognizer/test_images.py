"""Inputs: channels, resizing, and facenet-pytorch's standardization."""

import numpy as np
import pytest
import torch

from recognizer.images import prepare, to_input


@pytest.mark.parametrize(("colour", "channels"), [("grey", 1), ("rgb", 3)])
@pytest.mark.parametrize("channels_given", [1, 3])
@pytest.mark.parametrize("side_px", [80, 96, 112])
def test_images_of_any_channels_and_side_become_the_networks(
    colour, channels, channels_given, side_px
):
    images = np.full((2, 96, 96, channels_given), 130, np.uint8)
    images[1] = 7
    ready = prepare(images, side_px, colour)
    assert ready.shape == (2, side_px, side_px, channels)
    assert ready.dtype == np.uint8
    assert (ready[0] == 130).all()
    assert (ready[1] == 7).all()


def test_downsizing_averages_a_checkerboard_away():
    board = (np.indices((160, 160)).sum(0) % 2 * 255).astype(np.uint8)[None, ..., None]
    inner = prepare(board, 80, "grey")[0, 2:-2, 2:-2]
    assert np.abs(inner.astype(int) - 127.5).max() < 3


@pytest.mark.parametrize("channels", [1, 3])
def test_input_is_standardized_in_the_same_channel_order(channels):
    images = torch.randint(0, 256, (2, 80, 80, channels), dtype=torch.uint8)
    inputs = to_input(images)
    assert inputs.shape == (2, 3, 80, 80)
    assert inputs.dtype == torch.float32
    assert inputs.is_contiguous(memory_format=torch.channels_last)
    for channel in range(3):
        expected = (images[..., min(channel, channels - 1)].double() - 127.5) / 128
        torch.testing.assert_close(inputs[:, channel].double(), expected, rtol=0, atol=1e-7)
