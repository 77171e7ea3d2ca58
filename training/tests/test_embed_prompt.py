"""The prompt's embedding, with encoders of random weights in place of Wan's."""

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.torch import load_file

transformers = pytest.importorskip("transformers")

import embed_prompt  # noqa: E402
from egomodel.errors import ConfigNotUsable  # noqa: E402


class Words:
    """A tokenizer of one token a word and one for the end."""

    def __call__(self, texts, max_length, **_):
        ids = [1 + sum(map(ord, word)) % 60 for word in texts[0].split()][: max_length - 1] + [1]
        pad = max_length - len(ids)
        return {"input_ids": torch.tensor([ids + [0] * pad]), "attention_mask": torch.tensor([[1] * len(ids) + [0] * pad])}


@pytest.fixture(scope="module")
def text_encoder():
    torch.manual_seed(1)
    config = transformers.UMT5Config(vocab_size=64, d_model=16, d_kv=8, d_ff=32, num_layers=2, num_heads=2)
    return transformers.UMT5EncoderModel(config).eval()


@pytest.fixture(scope="module")
def image_encoder():
    torch.manual_seed(2)
    config = transformers.CLIPVisionConfig(
        hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2, image_size=32, patch_size=8)
    return transformers.CLIPVisionModel(config).eval()


def processor():
    return transformers.CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32})


def picture(seed=0):
    return Image.fromarray(np.random.default_rng(seed).integers(0, 255, (48, 64, 3), dtype=np.uint8))


def test_text_is_padded_with_zeros(text_encoder):
    states = embed_prompt.embed_text(Words(), text_encoder, "a  person &amp;amp; a\nshirt", tokens=12)
    assert states.shape == (12, 16)
    assert states[:6].abs().sum(1).min() > 0  # five words and the end
    assert states[6:].abs().max() == 0


def test_padding_changes_nothing(text_encoder):
    short = embed_prompt.embed_text(Words(), text_encoder, "a person", tokens=4)
    long = embed_prompt.embed_text(Words(), text_encoder, "a person", tokens=9)
    assert torch.allclose(short[:3], long[:3], atol=1e-5)


def test_image_is_the_layer_before_the_last(image_encoder):
    states = embed_prompt.embed_image(processor(), image_encoder, picture())
    assert states.shape == (17, 16)
    assert not torch.allclose(states, embed_prompt.embed_image(processor(), image_encoder, picture(1)))


def test_the_file_has_what_the_product_reads(text_encoder, image_encoder, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(embed_prompt, "load_text", lambda model, kind: (Words(), text_encoder))
    monkeypatch.setattr(embed_prompt, "load_image", lambda model, kind: (processor(), image_encoder))
    picture().save(tmp_path / "exo.png")
    out = tmp_path / "conditioning.safetensors"
    embed_prompt.main(["--model", "x", "--prompt", "a person", "--negative", "", "--image", str(tmp_path / "exo.png"),
                       "--tokens", "8", "--out", str(out)])
    tensors = load_file(out)
    assert {name: (list(tensor.shape), tensor.dtype) for name, tensor in tensors.items()} == {
        "text": ([8, 16], torch.float16), "negative_text": ([8, 16], torch.float16), "image": ([17, 16], torch.float16)}
    with safe_open(out, "pt") as file:
        assert file.metadata() == {"prompt": "a person"}
    assert "text [8, 16]" in capsys.readouterr().out


def test_what_is_missing_is_named(text_encoder, tmp_path):
    with pytest.raises(ConfigNotUsable, match="tokenizer"):
        embed_prompt.main(["--model", str(tmp_path), "--prompt", "x", "--out", str(tmp_path / "o")])
    with pytest.raises(ConfigNotUsable, match="--tokens 0"):
        embed_prompt.embed_text(Words(), text_encoder, "x", tokens=0)
    with pytest.raises(SystemExit):
        embed_prompt.arguments(["--model", "x"])
