"""Attention, and weights that are found by the names that they have on our side."""

import torch
from torch import nn
from torch.nn import functional as F


class Attention(nn.Module):
    """Queries, keys and values by one product, then the fused kernel of PyTorch."""

    def __init__(self, width, heads, bias=True, causal=False):
        super().__init__()
        self.heads, self.causal = heads, causal
        self.qkv, self.output = nn.Linear(width, 3 * width, bias=bias), nn.Linear(width, width, bias=bias)

    def forward(self, x, cache=None):
        n, t, width = x.shape
        q, k, v = (part.view(n, t, self.heads, -1).transpose(1, 2) for part in self.qkv(x).chunk(3, dim=2))
        if cache is not None:
            k, v = cache.extended(self, k, v)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=self.causal and t > 1)
        return self.output(y.transpose(1, 2).reshape(n, t, width))


@torch.no_grad()
def load_by_name(module, fixture, prefix=""):
    """nn.Linear keeps [out, in]; norms of ours have scale and shift; `qkv` is three of ours side by side."""
    linear = {name for name, part in module.named_modules() if isinstance(part, nn.Linear)}
    taken = set()

    def value(name):
        if ".qkv." in name:
            return torch.cat([value(name.replace("qkv", part)) for part in ("query", "key", "value")], dim=-1)
        other = name.replace(".weight", ".scale").replace(".bias", ".shift")
        full = prefix + (name if prefix + name in fixture.params else other)
        taken.add(full)
        return fixture.params[full]

    for name, param in module.named_parameters():
        own = value(name)
        param.copy_(own.t() if name.rpartition(".")[0] in linear and own.dim() == 2 else own)
    missing = set(fixture.params) - taken
    assert not missing, f"expected a place for every parameter, got none for {missing}"
