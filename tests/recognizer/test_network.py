"""The network and its files: facenet-pytorch's own model is the reference."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional

from faces.common import torchvision_cpu
from faces.common.errors import MissingError, TamperedError
from recognizer import network

torchvision_cpu.ensure()


@pytest.fixture(scope="module")
def reference(trained):
    """facenet-pytorch's own model with our file's weights."""
    from facenet_pytorch import InceptionResnetV1

    model = InceptionResnetV1(pretrained=None, classify=True, num_classes=3)
    model.load_state_dict(load_file(trained))
    return model.eval()


@pytest.mark.parametrize("side_px", [80, 96, 160])
def test_logits_and_embeddings_are_those_of_facenet_pytorch(loaded, reference, side_px):
    inputs = torch.rand(3, 3, side_px, side_px, generator=torch.Generator().manual_seed(1)) * 2 - 1
    with torch.inference_mode():
        reference.classify = True
        torch.testing.assert_close(loaded(inputs), reference(inputs))
        reference.classify = False
        embeddings = functional.normalize(loaded.features(inputs))
        torch.testing.assert_close(embeddings, reference(inputs))


def test_a_saved_network_loads_with_the_same_weights_and_provenance(loaded, tmp_path):
    network.save(loaded, tmp_path / "copy.safetensors", {"seed": 3, "images": {"vis": 9}})
    again = network.load(tmp_path / "copy.safetensors")
    for name, tensor in loaded.state_dict().items():
        assert torch.equal(tensor, again.state_dict()[name]), name
    assert not again.training
    assert network.provenance(tmp_path / "copy.safetensors") == {"seed": 3, "images": {"vis": 9}}


def test_the_trunk_is_taken_over_and_the_classifier_is_not(trained, loaded, tmp_path):
    published = load_file(trained)
    published = {n: t for n, t in published.items() if not n.endswith("num_batches_tracked")}
    published["logits.weight"] = torch.zeros(7, 512)
    published["logits.bias"] = torch.zeros(7)
    save_file(published, tmp_path / "published.safetensors")
    fresh = network.Recognizer(5)
    head = fresh.logits.weight.clone()
    network.load_trunk(fresh, tmp_path / "published.safetensors")
    assert torch.equal(fresh.logits.weight, head)
    weights = zip(fresh.trunk.parameters(), loaded.trunk.parameters(), strict=True)
    assert all(torch.equal(ours, theirs) for ours, theirs in weights)
    assert torch.equal(fresh.trunk.conv2d_1a.bn.running_var, loaded.trunk.conv2d_1a.bn.running_var)
    assert network.provenance(tmp_path / "published.safetensors") == {}


@pytest.mark.parametrize(
    ("name", "tensor", "message"),
    [
        ("last_linear.weight", None, "lacks last_linear.weight"),
        ("block9.conv.weight", torch.zeros(1), "adds block9.conv.weight"),
        ("last_linear.weight", torch.zeros(512, 1791), "misshapes last_linear.weight"),
        ("logits.weight", None, "no classifier"),
    ],
)
def test_weights_of_another_network_are_refused(trained, tmp_path, *, name, tensor, message):
    tensors = load_file(trained)
    if tensor is None:
        del tensors[name]
    else:
        tensors[name] = tensor
    save_file(tensors, tmp_path / "other.safetensors")
    with pytest.raises(TamperedError, match=message):
        network.load(tmp_path / "other.safetensors")


def test_missing_and_damaged_files_are_named(trained, tmp_path):
    with pytest.raises(MissingError, match="none"):
        network.load(tmp_path / "none.safetensors")
    for content in (b"", b"<html>not found</html>", trained.read_bytes()[:-1000]):
        (tmp_path / "bad.safetensors").write_bytes(content)
        with pytest.raises(TamperedError, match="bad"):
            network.load(tmp_path / "bad.safetensors")


def test_provenance_of_a_training_tells_settings_seed_and_images(trained, settings):
    stated = network.provenance(trained)
    assert stated["settings"] == json.loads(settings.model_dump_json())
    assert stated["seed"] == 7
    assert stated["images"] == {"vis": 6, "nir": 3}
    assert stated["initial"] is None
