"""Between PyTorch's [B, G, C, H, W] and the product's frames x height x width x channels."""


def to_product(maps):
    """[1, G, C, H, W] to [G, H, W, C]."""
    return maps[0].permute(0, 2, 3, 1).contiguous()


def from_product(maps):
    """[G, H, W, C] to [1, G, C, H, W]."""
    return maps.permute(0, 3, 1, 2)[None].contiguous()
