"""Writes a prompt, and a picture where the model takes one, as a model folder's conditioning.safetensors.

    python training/embed_prompt.py --model Wan2.1-I2V-14B-480P-Diffusers --prompt "A person folds a shirt." \\
        --image exo.png --out conditioning.safetensors

`--model` is a diffusers pipeline folder with `tokenizer`, `text_encoder` and, for `--image`, `image_processor` and
`image_encoder`. The text goes through UMT5 and is padded with zeros; the picture gives the layer before CLIP's last. This runs once a
prompt, on the CPU too: the text encoder of Wan2.1 takes 11 GB of memory in bfloat16.
"""

import argparse
import html
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

from egomodel.errors import ConfigNotUsable, TrainingError


@torch.no_grad()
def embed_text(tokenizer, encoder, prompt, tokens=512):
    """Returns [tokens, text_dim], zero after the prompt's end."""
    text = " ".join(html.unescape(html.unescape(prompt)).split())
    if tokens < 1:
        raise ConfigNotUsable(f"--tokens {tokens}; expected at least 1")
    batch = tokenizer([text], padding="max_length", max_length=tokens, truncation=True, add_special_tokens=True,
                      return_attention_mask=True, return_tensors="pt")
    mask = batch["attention_mask"].to(encoder.device)
    states = encoder(batch["input_ids"].to(encoder.device), mask).last_hidden_state[0]
    return (states * mask[0, :, None]).float().cpu()


@torch.no_grad()
def embed_image(processor, encoder, picture):
    """Returns [1 + patches, image_dim]."""
    pixels = processor(images=picture, return_tensors="pt")["pixel_values"].to(encoder.device, encoder.dtype)
    return encoder(pixels, output_hidden_states=True).hidden_states[-2][0].float().cpu()


def load_text(model, kind):
    from transformers import AutoTokenizer, UMT5EncoderModel

    return (AutoTokenizer.from_pretrained(part(model, "tokenizer")),
            UMT5EncoderModel.from_pretrained(part(model, "text_encoder"), dtype=kind).eval())


def load_image(model, kind):
    from transformers import CLIPImageProcessor, CLIPVisionModel

    return (CLIPImageProcessor.from_pretrained(part(model, "image_processor")),
            CLIPVisionModel.from_pretrained(part(model, "image_encoder"), dtype=kind).eval())


def part(model, name):
    folder = Path(model) / name
    if not folder.is_dir():
        raise ConfigNotUsable(f"{folder}: no such folder; expected a diffusers pipeline of Wan with {name}")
    return folder


def arguments(words=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", required=True, help="a diffusers pipeline folder")
    parser.add_argument("--prompt", required=True, help="what the video shows")
    parser.add_argument("--negative", help="what it does not show, for models with guidance; \"\" is nothing in particular")
    parser.add_argument("--image", type=Path, help="a picture, for models with image_dim")
    parser.add_argument("--tokens", type=int, default=512, help="of the text, padding included")
    parser.add_argument("--dtype", choices=["float32", "bfloat16", "float16"], default="bfloat16", help="the encoders compute in")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--out", type=Path, required=True, help="the safetensors file to write")
    return parser.parse_args(words)


def main(words=None):
    given = arguments(words)
    kind = getattr(torch, given.dtype)
    tokenizer, encoder = load_text(given.model, kind)
    encoder = encoder.to(given.device)
    tensors = {"text": embed_text(tokenizer, encoder, given.prompt, given.tokens)}
    if given.negative is not None:
        tensors["negative_text"] = embed_text(tokenizer, encoder, given.negative, given.tokens)
    del encoder
    if given.image is not None:
        from PIL import Image

        processor, encoder = load_image(given.model, kind)
        with Image.open(given.image) as picture:
            tensors["image"] = embed_image(processor, encoder.to(given.device), picture.convert("RGB"))
    save_file({name: tensor.half().contiguous() for name, tensor in tensors.items()}, given.out,
              metadata={"prompt": given.prompt})
    print(f"{given.out}: " + ", ".join(f"{name} {list(tensor.shape)}" for name, tensor in tensors.items()))


if __name__ == "__main__":
    try:
        main()
    except (TrainingError, OSError) as error:
        sys.exit(f"embed_prompt: {error}")
