"""PixelCNN: convolutions whose kernels are masked each time."""

import torch
from torch import nn
from torch.nn import functional as F

from training import Fixture, Training


class MaskedConv(nn.Conv2d):
    def __init__(self, kind, inputs, outputs, kernel):
        super().__init__(inputs, outputs, kernel, padding=kernel // 2)
        middle = kernel // 2
        mask = torch.ones(kernel, kernel)
        mask[middle, middle + (kind == "B") :] = 0
        mask[middle + 1 :] = 0
        self.register_buffer("mask", mask)

    def forward(self, x):
        return F.conv2d(x, self.weight * self.mask, self.bias, padding=self.padding)


class Block(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.down = MaskedConv("B", 2 * hidden, hidden, 1)
        self.across = MaskedConv("B", hidden, hidden, 3)
        self.up = MaskedConv("B", hidden, 2 * hidden, 1)

    def forward(self, x):
        return x + self.up(F.relu(self.across(F.relu(self.down(F.relu(x))))))


class PixelCnn(nn.Sequential):
    def __init__(self, sizes):
        hidden, head = sizes["hidden"], sizes["head"]
        blocks = [Block(hidden) for _ in range(sizes["blocks"])]
        widths = [2 * hidden, head, head, 1]
        heads = [m for a, b in zip(widths, widths[1:]) for m in (nn.ReLU(), MaskedConv("B", a, b, 1))]
        super().__init__(MaskedConv("A", 1, 2 * hidden, 7), *blocks, *heads)


@torch.no_grad()
def load(model, fixture):
    """Kernels of ours end with the row of the centre."""
    for value, param in zip(fixture.params.values(), model.parameters(), strict=True):
        if value.dim() == 4:
            param.zero_()
            param[:, :, : value.shape[2]] = value
        else:
            param.copy_(value)


def loss(model, x):
    return F.binary_cross_entropy_with_logits(model(x), x, reduction="sum") / x.shape[0]


def training(folder):
    fixture = Fixture(folder)
    model = PixelCnn(fixture.sizes)
    load(model, fixture)
    return Training(fixture, model, loss)


WORKS = {"pixelcnn": training}
