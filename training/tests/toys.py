"""What tests of training share: a model of toy size, and stand-in clips that fit it."""

import json

import numpy as np

from egomodel import loop
from egomodel.config import AttentionShape, CodecShape, ModelConfig, SamplerShape, Size, TransformerShape
from egomodel.scores import HAND
from egomodel.standin import write_standins

SMALL = ModelConfig(
    name="toy", exo=Size(64, 32), ego=Size(64, 64), codec=CodecShape(blocks=1, encoder_widths=[16, 16, 16], decoder_widths=[24, 16, 16, 16],
                                                                    upsampling="shuffle"),
    transformer=TransformerShape(num_layers=2, num_attention_heads=2, attention_head_dim=16, ffn_dim=64, freq_dim=32, prediction="x0",
                                 output_skip="condition"),
    attention=AttentionShape(window_latent_frames=2), sampler=SamplerShape(timesteps=[1000, 500]))


def write_clips(folder, count):
    """Stand-ins with an exo picture of whole tokens, whose ball is a hand that the prior does not know."""
    write_standins(folder, count, frames=16, width=64)
    for path in folder.glob("clip_*.npz"):
        clip = dict(np.load(path))
        for name in ("exo", "exo_depth", "exo_depth_true", "exo_tags"):
            clip[name] = clip[name][:, :32]
        document = json.loads(str(clip["exo_camera"]))
        clip["exo_camera"] = np.array(json.dumps(document | {"height": 32}))
        ball = clip["ego_tags"] == 4
        clip["ego_tags"] = np.where(ball, HAND, clip["ego_tags"]).astype(np.uint8)
        clip["coverage"] = np.where(ball, 0, clip["coverage"]).astype(np.uint8)
        for name, colour in (("prior", 0), ("filled", 128)):
            clip[name] = np.where(ball[..., None], colour, clip[name]).astype(np.uint8)
        np.savez(path, **clip)


def corrupted(clip):
    """What went wrong to the bytes of a clip whose headers went wrong in that way. No two make NumPy raise the same kind of error."""
    entry, shape = clip.index(b"PK\x01\x02"), clip.index(b"'shape': (")
    closing = clip.index(b")", shape)
    return {"an unknown compression": clip[:entry + 10] + b"\x63" + clip[entry + 11:], "an open bracket": clip[:closing] + b" " + clip[closing + 1:],
            "a shape that no memory holds": clip[:shape] + clip[shape:].replace(b"(", b"(9999999,", 1).replace(b"          ", b"  ", 1)}


def stopped(module, options, end):
    """Trains until step `end` of the schedule."""
    over = loop.Loop.over
    loop.Loop.over = property(lambda self: self.step >= end)
    try:
        module.train(options)
    finally:
        loop.Loop.over = over
