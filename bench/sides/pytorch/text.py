"""GPTs."""

import torch
from torch import nn
from torch.nn import functional as F

from layers import Attention, load_by_name
from training import Fixture, Training


class FeedForward(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.up, self.down = nn.Linear(width, 4 * width, bias=False), nn.Linear(4 * width, width, bias=False)

    def forward(self, x):
        return self.down(F.gelu(self.up(x)))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.attention, self.feedForward = Attention(width, heads, bias=False, causal=True), FeedForward(width)
        self.attentionNorm, self.feedForwardNorm = nn.LayerNorm(width), nn.LayerNorm(width)

    def forward(self, x, cache=None):
        x = x + self.attention(self.attentionNorm(x), cache)
        return x + self.feedForward(self.feedForwardNorm(x))


class Gpt(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        width = sizes["features"]
        self.tokens, self.positions = nn.Embedding(sizes["vocabulary"], width), nn.Embedding(sizes["context"], width)
        self.blocks = nn.ModuleList(Block(width, sizes["heads"]) for _ in range(sizes["layers"]))
        self.norm = nn.LayerNorm(width)

    def forward(self, tokens, start=0, cache=None):
        places = torch.arange(start, start + tokens.shape[1])
        x = self.tokens(tokens) + self.positions(places)
        for block in self.blocks:
            x = block(x, cache)
        return F.linear(self.norm(x), self.tokens.weight)


class Cache:
    """Keys and values of each attention, in arrays that are long enough from the start."""

    def __init__(self, length):
        self.length, self.kept, self.filled = length, {}, 0

    def extended(self, layer, keys, values):
        n, heads, t, width = keys.shape
        if layer not in self.kept:
            self.kept[layer] = [keys.new_empty(n, heads, self.length, width) for _ in range(2)]
        end = self.filled + t
        for kept, new in zip(self.kept[layer], (keys, values)):
            kept[:, :, self.filled : end] = new
        return (kept[:, :, :end] for kept in self.kept[layer])


def loss(model, x):
    x = x.long()
    logits = model(x[:, :-1])
    return F.cross_entropy(logits.flatten(0, 1), x[:, 1:].flatten())


def training(folder):
    fixture = Fixture(folder)
    model = Gpt(fixture.sizes)
    load_by_name(model, fixture)
    return Training(fixture, model, loss)


class Decoding:
    def __init__(self, folder, prompt=16):
        fixture = Fixture(folder)
        self.sizes, self.prompt = fixture.sizes, fixture.rows[:1, :prompt].long()
        self.model = Gpt(fixture.sizes).eval()
        load_by_name(self.model, fixture)

    @torch.inference_mode()
    def run(self, steps):
        cache, tokens, written = Cache(self.sizes["context"]), self.prompt, []
        for _ in range(steps):
            logits = self.model(tokens, cache.filled, cache)
            cache.filled += tokens.shape[1]
            tokens = logits[:, -1:].argmax(dim=-1)
            written.append(tokens.item())
        return written


WORKS = {"gpt-4x128": training, "gpt-6x384": training, "gpt-decode": Decoding}
