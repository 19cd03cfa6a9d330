"""Whoever asks finished networks does so in full float32; those that judge share a batch size."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn

from bench.stages import external_recognizer
from faces.common.progress import silent
from faces.networks import judging
from faces.networks.efficientnet_lite0 import EfficientNetLite0
from generators.fakes import grey_fakes
from generators.measures.feature_networks import FeatureNetworks
from recognizer.embedding import embed
from recognizer.network import Recognizer

CPU = torch.device("cpu")
IMAGES = np.random.default_rng(0).integers(0, 256, (5, 64, 64, 1), np.uint8)
GREY = judging.grey(IMAGES)


class Spy:
    """Notes how precisely torch would compute whenever a module is asked, and about how many."""

    def __init__(self) -> None:
        self.precisions: set[str] = set()
        self.asked: list[int] = []

    def on(self, network: nn.Module) -> nn.Module:
        for module in network.modules():
            module.register_forward_pre_hook(lambda *_: self.note())  # a copy notes here too
        network.register_forward_pre_hook(lambda _, inputs: self.asked.append(len(inputs[0])))
        return network

    def note(self) -> None:
        backends = torch.backends
        for operation in (backends.cudnn.conv, backends.cuda.matmul):
            self.precisions.add(operation.fp32_precision)


def face() -> nn.Module:
    """(N, 3, 150, 150) => (N, 128)."""
    return nn.Sequential(nn.AvgPool2d(25), nn.Flatten(), nn.Linear(108, 128))


def asked_by_feature_networks(method: str, inputs: int = 1) -> Callable[[Spy], object]:
    def ask(spy: Spy) -> object:
        inception = nn.Sequential(nn.Flatten(), nn.Identity())
        lite0, *others = map(spy.on, (EfficientNetLite0().eval(), face(), inception))
        networks = FeatureNetworks(lite0, others[0], CPU, inception=others[1])
        return getattr(networks, method)(*[GREY] * inputs)

    return ask


def asked_by_the_external_recognizer(spy: Spy) -> object:
    return external_recognizer.embedder(spy.on(face()), CPU, silent)(IMAGES)


def asked_by_the_recognizer(spy: Spy) -> object:
    hooked = spy.on(Recognizer(classes=2).eval())
    return embed(hooked, IMAGES, 80, "grey", CPU, batch=2)


def asked_for_fakes(spy: Spy) -> object:
    return grey_fakes(spy.on(nn.Conv2d(3, 3, 1)), GREY)


ASKERS = {
    "fakes": asked_for_fakes,
    "features": asked_by_feature_networks("features"),
    "embeddings": asked_by_feature_networks("embeddings"),
    "inception": asked_by_feature_networks("inception_features"),
    "gaps": asked_by_feature_networks("feature_gaps", 2),
    "external recognizer": asked_by_the_external_recognizer,
    "recognizer": asked_by_the_recognizer,
}


@pytest.mark.parametrize("asker", ASKERS)
def test_networks_compute_in_full_float32(asker):
    spy, before = Spy(), torch.backends.cudnn.conv.fp32_precision
    ASKERS[asker](spy)
    assert spy.precisions == {"ieee"}
    assert torch.backends.cudnn.conv.fp32_precision == before == "tf32"


@pytest.mark.parametrize("asker", ["embeddings", "inception", "external recognizer"])
def test_all_go_by_one_batch_size(asker, monkeypatch):
    monkeypatch.setattr(judging, "CPU_BATCH", 2)
    spy = Spy()
    ASKERS[asker](spy)
    assert spy.asked == [2, 2, 1]


def test_a_network_is_frozen_and_holds_the_weights_it_was_given():
    wanted = face().state_dict()
    network = judging.ready(face().train(), wanted, CPU)
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, wanted[name])


@pytest.mark.parametrize("channels", [1, 3])
def test_mapped_files_become_luminance_unharmed(channels, tmp_path):
    np.save(tmp_path / "images.npy", np.repeat(IMAGES, channels, 3))
    mapped = np.load(tmp_path / "images.npy", mmap_mode="r")
    seen = judging.grey(mapped)
    assert seen.dtype == torch.uint8
    np.testing.assert_array_equal(seen.permute(0, 2, 3, 1).numpy(), IMAGES)
    seen += 1  # not into the file
    np.testing.assert_array_equal(mapped[..., :1], IMAGES)
