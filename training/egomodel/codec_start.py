"""A codec to begin training from: it already passes a small, blurred picture through.

The first three channels of every layer carry the colours (averaged where frames or pixels become fewer), every Mem begins as
the identity, and all other channels are random. From random weights alone, a codec of this depth shows grey for its first
hundred steps, and may never wake.
"""

import torch
from torch import nn

from .codec import Mem, TGrow, TPool


@torch.no_grad()
def initialised(codec):
    """Sets the weights of a codec with `patch` 1, and returns it."""
    for layer in codec.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            if layer.bias is not None:
                layer.bias.zero_()
    for layer in [*codec.encoder, *codec.decoder]:
        if isinstance(layer, Mem):
            layer.conv[-1].weight.zero_()
        elif isinstance(layer, TPool):
            carry(layer.conv, [(group, 0, 1 / layer.scale) for group in range(layer.scale)], layer.conv.out_channels)
        elif isinstance(layer, TGrow):
            for group in range(layer.scale):
                carry(layer.conv, [(0, group, 1.0)], layer.conv.in_channels)
        elif isinstance(layer, nn.Conv2d):
            carry(layer, [(0, 0, 1.0)])
    # Latents lie around zero: twice the colour less a half. Colours inside are positive, so that no ReLU cuts them.
    first, last = codec.encoder[-1], codec.decoder[1]
    first.weight[3:] *= 0.5
    first.weight[:3], first.bias[:3] = 2 * first.weight[:3], -1
    last.weight[:3], last.bias[:3] = last.weight[:3] / 2, 0.5
    return codec


def carry(conv, groups, channels=0):
    """Makes three output channels of each (input group, output group, weight) the mean around the same input channels."""
    size = conv.weight.shape[-1] ** 2
    rows = sorted({out * channels + colour for _, out, _ in groups for colour in range(3)})
    conv.weight[rows] = 0
    for into, out, weight in groups:
        for colour in range(3):
            row, column = out * channels + colour, into * channels + colour
            if conv.stride == (1, 1):
                conv.weight[row, column, conv.weight.shape[2] // 2, conv.weight.shape[3] // 2] = weight
            else:
                conv.weight[row, column] = weight / size
