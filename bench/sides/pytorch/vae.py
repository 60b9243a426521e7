"""VAEs."""

import math

import torch
from torch import nn
from torch.nn import functional as F

from training import Fixture, Training, load_in_order


class DenseVae(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        (features,), hidden, latent = sizes["data"], sizes["hidden"], sizes["latent"]
        self.encoder = nn.Sequential(nn.Linear(features, hidden), nn.ReLU(), nn.Linear(hidden, 2 * latent))
        self.decoder = nn.Sequential(nn.Linear(latent, hidden), nn.ReLU(), nn.Linear(hidden, features))


class ConvVae(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        depth, height, width = sizes["data"]
        levels, geometry = [depth, *sizes["channels"]], (sizes["kernel"], sizes["stride"], sizes["padding"])
        shrink = sizes["stride"] ** len(sizes["channels"])
        small = (levels[-1], height // shrink, width // shrink)
        down = [m for a, b in zip(levels, levels[1:]) for m in (nn.Conv2d(a, b, *geometry), nn.ReLU())]
        ups = list(reversed(levels))
        up = [m for a, b in zip(ups, ups[1:]) for m in (nn.ReLU(), nn.ConvTranspose2d(a, b, *geometry))]
        flat = math.prod(small)
        self.encoder = nn.Sequential(*down, nn.Flatten(), nn.Linear(flat, 2 * sizes["latent"]))
        self.decoder = nn.Sequential(nn.Linear(sizes["latent"], flat), nn.Unflatten(1, small), *up)


def loss(model, x):
    mu, log_var = model.encoder(x).chunk(2, dim=1)
    z = mu + torch.exp(0.5 * log_var) * torch.randn_like(mu)
    cross_entropy = F.binary_cross_entropy_with_logits(model.decoder(z), x, reduction="sum")
    kl = -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())
    return (cross_entropy + kl) / x.shape[0]


def started(make):
    def start(folder):
        fixture = Fixture(folder)
        model = make(fixture.sizes)
        load_in_order(model, fixture)
        return Training(fixture, model, loss)

    return start


WORKS = {"vae-dense": started(DenseVae), "vae-conv": started(ConvVae)}
