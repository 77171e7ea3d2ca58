"""The Wan-shaped diffusion transformer, by the names of diffusers' `WanTransformer3DModel`.

Tokens come as [B, G, n, D]: G groups (latent frames) of n tokens, each group with its own timestep. The network does not
know who sees whom: `attend(layer, q, k, v)` says, where q, k, v are [B, G, n, heads, d] before their rotary turn and the
result is [B, G, n, heads*d]. `streaming.py` and `parallel.py` hold the causal ones; `see_all` is the plain one.
"""

import torch
import torch.nn.functional as F
from torch import nn

from .rope import Turns


class RMSNorm(nn.Module):
    """Over all heads together, before they are split."""

    def __init__(self, dim, eps):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(dim))

    def forward(self, x):
        return F.rms_norm(x.float(), (x.shape[-1],), self.weight.float(), self.eps).to(x.dtype)


class LayerNorm(nn.Module):
    """In 32 bits, with or without weights."""

    def __init__(self, dim, eps, affine):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(dim)) if affine else None
        self.bias = nn.Parameter(torch.zeros(dim)) if affine else None

    def forward(self, x):
        return F.layer_norm(x.float(), (x.shape[-1],), self.weight, self.bias, self.eps)


class Attention(nn.Module):
    """The projections of self-attention or, with `extra` channels of image tokens, of cross-attention."""

    def __init__(self, dim, heads, eps, extra=None):
        super().__init__()
        self.heads = heads
        self.to_q, self.to_k, self.to_v = (nn.Linear(dim, dim) for _ in range(3))
        self.to_out = nn.ModuleList([nn.Linear(dim, dim)])
        self.norm_q, self.norm_k = RMSNorm(dim, eps), RMSNorm(dim, eps)
        if extra is not None:
            self.add_k_proj, self.add_v_proj, self.norm_added_k = nn.Linear(extra, dim), nn.Linear(extra, dim), RMSNorm(dim, eps)

    def split(self, x):
        return x.unflatten(-1, (self.heads, -1))

    def queries_keys_values(self, x):
        return (self.split(self.norm_q(self.to_q(x))), self.split(self.norm_k(self.to_k(x))), self.split(self.to_v(x)))

    def across(self, x, text, image):
        """x [B, N, D] looks at `text` [B, M, D] and, by other projections, at `image` [B, K, extra] where given."""
        q = self.split(self.norm_q(self.to_q(x)))
        seen = softmax_attention(q, self.split(self.norm_k(self.to_k(text))), self.split(self.to_v(text)))
        if image is not None:
            k, v = self.split(self.norm_added_k(self.add_k_proj(image))), self.split(self.add_v_proj(image))
            seen = seen + softmax_attention(q, k, v)
        return self.to_out[0](seen)


def softmax_attention(q, k, v, bias=None):
    """q [B, Q, heads, d] on k, v [B, K, heads, d] to [B, Q, heads*d]. `bias` [B, Q, K] is added to every head's logits."""
    q, k, v = (x.transpose(1, 2) for x in (q, k, v))
    if bias is not None:
        bias = bias[:, None].to(q.dtype)
    return F.scaled_dot_product_attention(q, k, v, attn_mask=bias).transpose(1, 2).flatten(2)


class GELULinear(nn.Module):
    """A linear layer and GELU; a module of its own because the names say so."""

    def __init__(self, inputs, outputs, approximate):
        super().__init__()
        self.proj = nn.Linear(inputs, outputs)
        self.approximate = approximate

    def forward(self, x):
        return F.gelu(self.proj(x), approximate=self.approximate)


class FeedForward(nn.Module):
    def __init__(self, inputs, hidden, outputs, approximate="tanh"):
        super().__init__()
        self.net = nn.Sequential(GELULinear(inputs, hidden, approximate), nn.Identity(), nn.Linear(hidden, outputs))

    def forward(self, x):
        return self.net(x)


class Block(nn.Module):
    def __init__(self, shape):
        super().__init__()
        dim = shape.dim
        self.norm = LayerNorm(dim, shape.eps, False)
        self.attn1 = Attention(dim, shape.num_attention_heads, shape.eps)
        if shape.text_dim is not None:
            self.attn2 = Attention(dim, shape.num_attention_heads, shape.eps, shape.added_kv_proj_dim)
            self.norm2 = LayerNorm(dim, shape.eps, True) if shape.cross_attn_norm else nn.Identity()
        self.ffn = FeedForward(dim, shape.ffn_dim, dim)
        self.scale_shift_table = nn.Parameter(torch.randn(1, 6, dim) / dim**0.5)

    def forward(self, x, modulation, attend, text, image):
        """x [B, G, n, D], modulation [B, G, 6, D]."""
        shift, scale, gate, c_shift, c_scale, c_gate = (self.scale_shift_table + modulation).split(1, dim=2)
        seen = attend(*self.attn1.queries_keys_values(self.norm(x) * (1 + scale) + shift))
        x = x + self.attn1.to_out[0](seen) * gate
        if text is not None:
            x = x + self.attn2.across(self.norm2(x).flatten(1, 2), text, image).reshape(x.shape)
        return x + self.ffn(self.norm(x) * (1 + c_scale) + c_shift) * c_gate


class TextEmbedder(nn.Module):
    def __init__(self, inputs, dim):
        super().__init__()
        self.linear_1, self.linear_2 = nn.Linear(inputs, dim), nn.Linear(dim, dim)

    def forward(self, x):
        return self.linear_2(F.gelu(self.linear_1(x), approximate="tanh"))


class ImageEmbedder(nn.Module):
    def __init__(self, inputs, dim):
        super().__init__()
        self.norm1, self.norm2 = LayerNorm(inputs, 1e-5, True), LayerNorm(dim, 1e-5, True)
        self.ff = FeedForward(inputs, inputs, dim, approximate="none")

    def forward(self, x):
        return self.norm2(self.ff(self.norm1(x)))


class TimeEmbedder(nn.Module):
    """A timestep in 0...1000 to [..., D]: cosines then sines at 10000^(-i / (channels/2)), two layers with SiLU."""

    def __init__(self, channels, dim):
        super().__init__()
        self.channels = channels
        self.linear_1, self.linear_2 = nn.Linear(channels, dim), nn.Linear(dim, dim)

    def forward(self, t):
        half = self.channels // 2
        angle = t.float()[..., None] * 10000.0 ** (-torch.arange(half, device=t.device) / half)
        return self.linear_2(F.silu(self.linear_1(torch.cat([angle.cos(), angle.sin()], -1))))


class ConditionEmbedder(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.time_embedder = TimeEmbedder(shape.freq_dim, shape.dim)
        self.time_proj = nn.Linear(shape.dim, 6 * shape.dim)
        if shape.text_dim is not None:
            self.text_embedder = TextEmbedder(shape.text_dim, shape.dim)
        if shape.image_dim is not None:
            self.image_embedder = ImageEmbedder(shape.image_dim, shape.dim)


class Transformer(nn.Module):
    """See the module. `forward` is the whole network over tokens; `embed` and `pictures` are its two ends."""

    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.patch_embedding = nn.Conv3d(shape.in_channels, shape.dim, tuple(shape.patch_size), tuple(shape.patch_size))
        self.condition_embedder = ConditionEmbedder(shape)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.num_layers))
        self.norm_out = LayerNorm(shape.dim, shape.eps, False)
        self.proj_out = nn.Linear(shape.dim, shape.out_channels * shape.patch_size[1] * shape.patch_size[2])
        self.scale_shift_table = nn.Parameter(torch.randn(1, 2, shape.dim) / shape.dim**0.5)

    def embed(self, maps):
        """Feature maps [B, G, C, H, W] to tokens [B, G, n, D], row by row."""
        _, rows, columns = self.shape.patch_size
        b, g, c, h, w = maps.shape
        squares = maps.reshape(b, g, c, h // rows, rows, w // columns, columns).permute(0, 1, 3, 5, 2, 4, 6)
        weight = self.patch_embedding.weight.flatten(1)
        return F.linear(squares.reshape(b, g, -1, weight.shape[1]), weight, self.patch_embedding.bias)

    def pictures(self, values, rows, columns):
        """Values of tokens [B, G, n, p*p*C] to feature maps [B, G, C, rows*p, columns*p]."""
        _, p, q = self.shape.patch_size
        return values.unflatten(3, (p, q, -1)).unflatten(2, (rows, columns)).permute(0, 1, 6, 2, 4, 3, 5).flatten(5).flatten(3, 4)

    def forward(self, x, timestep, attend, text=None, image=None):
        """Tokens x [B, G, n, D] at `timestep` [B, G] to values [B, G, n, p*p*C]. `text` and `image` as the embedders take them."""
        time = self.condition_embedder.time_embedder(timestep)
        modulation = self.condition_embedder.time_proj(F.silu(time)).unflatten(-1, (6, -1))
        if text is not None:
            text = self.condition_embedder.text_embedder(text)
        if image is not None:
            image = self.condition_embedder.image_embedder(image)
        for index, block in enumerate(self.blocks):
            x = block(x, modulation, lambda q, k, v, index=index: attend(index, q, k, v), text, image)
        shift, scale = (self.scale_shift_table + time[:, :, None]).split(1, dim=2)
        return self.proj_out(self.norm_out(x) * (1 + scale) + shift)


def see_all(times, places, d, bias=None):
    """An `attend` where every token sees every other. `bias` [B, G*n, G*n] where given."""
    turn = Turns(times, places, d)

    def attend(layer, q, k, v):
        groups = q.shape[1]
        seen = softmax_attention(*(x.flatten(1, 2) for x in (turn(q), turn(k), v)), bias)
        return seen.unflatten(1, (groups, -1))

    return attend
