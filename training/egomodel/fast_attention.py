"""Attention for training on a processor: the probabilities are kept, so that the way back does not make them again.

On two cores this takes 0.7 of the time of PyTorch's own kernel, for 2 bytes a logit. Everywhere else PyTorch's is used.
"""

import torch
import torch.nn.functional as F


def attention(q, k, v, bias=None):
    """softmax(q k' / sqrt(d) + bias) v for q [B, heads, Q, d] on k, v [B, heads, K, d]; `bias` [B, 1, Q, K] takes no gradient."""
    if q.device.type == "cpu" and torch.is_grad_enabled() and q.requires_grad:
        return KeptProbabilities.apply(q, k, v, bias)
    return F.scaled_dot_product_attention(q, k, v, attn_mask=bias)


class KeptProbabilities(torch.autograd.Function):
    @staticmethod
    def forward(context, q, k, v, bias):
        context.scale = q.shape[-1] ** -0.5
        logits = torch.matmul(q * context.scale, k.transpose(-1, -2))
        probabilities = torch.softmax(logits if bias is None else logits.add_(bias), -1)
        context.save_for_backward(q, k, v, probabilities)
        return torch.matmul(probabilities, v)

    @staticmethod
    def backward(context, gradient):
        q, k, v, probabilities = context.saved_tensors
        to_probabilities = torch.matmul(gradient, v.transpose(-1, -2))
        to_logits = torch.ops.aten._softmax_backward_data(to_probabilities, probabilities, -1, probabilities.dtype)
        to_v = torch.matmul(probabilities.transpose(-1, -2), gradient)
        return (torch.matmul(to_logits, k).mul_(context.scale), torch.matmul(to_logits.transpose(-1, -2), q).mul_(context.scale),
                to_v, None)
