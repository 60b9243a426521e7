"""A deep stack of small layers."""

from torch import nn
from torch.nn import functional as F

from training import Fixture, Training, load_in_order


class DeepMlp(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        (features,), width, self.layers = sizes["data"], sizes["width"], sizes["layers"]
        self.first = nn.Linear(features, width)
        self.blocks = nn.ModuleList(nn.Linear(width, width) for _ in range(sizes["layers"] - 2))
        self.last = nn.Linear(width, features)

    def forward(self, x):
        h = F.relu(self.first(x))
        for block in self.blocks:
            h = h + F.relu(block(h)) / self.layers
        return self.last(h)


def loss(model, x):
    return F.binary_cross_entropy_with_logits(model(x), x, reduction="sum") / x.shape[0]


def start(folder):
    fixture = Fixture(folder)
    model = DeepMlp(fixture.sizes)
    load_in_order(model, fixture)
    return Training(fixture, model, loss)


WORKS = {"mlp-50": start}
