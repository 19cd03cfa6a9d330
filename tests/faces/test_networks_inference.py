"""Tests that inference is in full float32 and that feature networks share a batch size."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn

from bench.stages import external_recognizer
from faces.common.progress import silent
from faces.networks import inference
from faces.networks.efficientnet_lite0 import EfficientNetLite0
from generators.fakes import grey_fakes
from generators.measures.feature_networks import FeatureNetworks
from recognizer.embedding import embed
from recognizer.network import Recognizer

CPU = torch.device("cpu")
IMAGES = np.random.default_rng(0).integers(0, 256, (5, 64, 64, 1), np.uint8)
GREY = inference.luminance_batch(IMAGES)


class CallRecord:
    """A record of torch's precision and of the batch size at each call of a network."""

    def __init__(self) -> None:
        self.precisions: set[str] = set()
        self.batch_sizes: list[int] = []

    def attach(self, network: nn.Module) -> nn.Module:
        for module in network.modules():
            module.register_forward_pre_hook(lambda *_: self.note())  # a copy notes here too
        network.register_forward_pre_hook(lambda _, inputs: self.batch_sizes.append(len(inputs[0])))
        return network

    def note(self) -> None:
        backends = torch.backends
        for operation in (backends.cudnn.conv, backends.cuda.matmul):
            self.precisions.add(operation.fp32_precision)


def face() -> nn.Module:
    """Return a network: (N, 3, 150, 150) => (N, 128)."""
    return nn.Sequential(nn.AvgPool2d(25), nn.Flatten(), nn.Linear(108, 128))


def calls_of_feature_networks(method: str, inputs: int = 1) -> Callable[[CallRecord], object]:
    def call(record: CallRecord) -> object:
        inception = nn.Sequential(nn.Flatten(), nn.Identity())
        lite0, *others = map(record.attach, (EfficientNetLite0().eval(), face(), inception))
        networks = FeatureNetworks(lite0, others[0], CPU, inception=others[1])
        return getattr(networks, method)(*[GREY] * inputs)

    return call


def calls_of_the_external_recognizer(record: CallRecord) -> object:
    return external_recognizer.embedder(record.attach(face()), CPU, silent)(IMAGES, "VIS")


def calls_of_the_recognizer(record: CallRecord) -> object:
    hooked = record.attach(Recognizer(classes=2).eval())
    return embed(hooked, IMAGES, 80, "grey", device=CPU, batch=2)


def calls_for_fakes(record: CallRecord) -> object:
    return grey_fakes(record.attach(nn.Conv2d(3, 3, 1)), GREY)


CALLERS = {
    "fakes": calls_for_fakes,
    "features": calls_of_feature_networks("features"),
    "embeddings": calls_of_feature_networks("embeddings"),
    "inception": calls_of_feature_networks("inception_features"),
    "distances": calls_of_feature_networks("feature_distances", 2),
    "external recognizer": calls_of_the_external_recognizer,
    "recognizer": calls_of_the_recognizer,
}


@pytest.mark.parametrize("caller", CALLERS)
def test_networks_compute_in_full_float32(caller):
    record, before = CallRecord(), torch.backends.cudnn.conv.fp32_precision
    CALLERS[caller](record)
    assert record.precisions == {"ieee"}
    assert torch.backends.cudnn.conv.fp32_precision == before == "tf32"


@pytest.mark.parametrize("caller", ["embeddings", "inception", "external recognizer"])
def test_all_go_by_one_batch_size(caller, monkeypatch):
    monkeypatch.setattr(inference, "CPU_BATCH", 2)
    record = CallRecord()
    CALLERS[caller](record)
    assert record.batch_sizes == [2, 2, 1]


def test_a_network_is_frozen_and_holds_the_weights_it_was_given():
    wanted = face().state_dict()
    network = inference.load_frozen(face().train(), wanted, CPU)
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, wanted[name])


@pytest.mark.parametrize("channels", [1, 3])
def test_mapped_files_become_luminance_unharmed(channels, tmp_path):
    np.save(tmp_path / "images.npy", np.repeat(IMAGES, channels, 3))
    mapped = np.load(tmp_path / "images.npy", mmap_mode="r")
    seen = inference.luminance_batch(mapped)
    assert seen.dtype == torch.uint8
    np.testing.assert_array_equal(seen.permute(0, 2, 3, 1).numpy(), IMAGES)
    seen += 1  # not into the file
    np.testing.assert_array_equal(mapped[..., :1], IMAGES)
