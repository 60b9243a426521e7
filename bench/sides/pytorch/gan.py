"""GANs: both players in a step."""

import math

import torch
from torch import nn
from torch.nn import functional as F

from training import Fixture, load_in_order, move


class DenseGan(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        (features,), hidden = sizes["data"], sizes["hidden"]
        self.latent, self.penalty = sizes["latent"], sizes["penalty"]
        up, down = [self.latent, *hidden], [features, *reversed(hidden)]
        ups = [m for a, b in zip(up, up[1:]) for m in (nn.Linear(a, b), nn.ReLU())]
        downs = [m for a, b in zip(down, down[1:]) for m in (nn.Linear(a, b), nn.LeakyReLU(0.2))]
        self.generator = nn.Sequential(*ups, nn.Linear(up[-1], features))
        self.discriminator = nn.Sequential(*downs, nn.Linear(down[-1], 1))

    def prepared(self, x):
        return x


class Dcgan(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        depth, height, width = sizes["data"]
        self.latent, self.penalty = sizes["latent"], 0
        levels = [depth, *sizes["channels"]]
        shrink, ups = 2 ** len(sizes["channels"]), list(reversed(levels))
        small = (levels[-1], height // shrink, width // shrink)
        flat, last = math.prod(small), len(ups) - 2
        self.generator = nn.Sequential(
            nn.Linear(self.latent, flat, bias=False),
            nn.Unflatten(1, small),
            *(
                m
                for i, (a, b) in enumerate(zip(ups, ups[1:]))
                for m in (nn.BatchNorm2d(a), nn.ReLU(), nn.ConvTranspose2d(a, b, 4, 2, 1, bias=i == last))
            ),
            nn.Tanh(),
        )
        downs = []
        for i, (a, b) in enumerate(zip(levels, levels[1:])):
            downs.append(nn.Conv2d(a, b, 4, 2, 1, bias=i == 0))
            downs += [nn.LeakyReLU(0.2)] if i == 0 else [nn.BatchNorm2d(b), nn.LeakyReLU(0.2)]
        self.discriminator = nn.Sequential(*downs, nn.Flatten(), nn.Linear(flat, 1))

    def prepared(self, x):
        return 2 * x - 1


def slope_penalty(model, x, fake):
    between = (fake + torch.rand(x.shape[0], 1) * (x - fake)).requires_grad_()
    (slope,) = torch.autograd.grad(model.discriminator(between).sum(), between, create_graph=True)
    return model.penalty * (slope.norm(dim=1) - 1).square().mean()


class Game:
    def __init__(self, fixture, model):
        load_in_order(model, fixture)
        self.model = model
        self.discriminator = fixture.optimizer(model.discriminator.parameters())
        self.generator = fixture.optimizer(model.generator.parameters())
        self.batches = fixture.batches()
        self.step = 0

    def play(self, x):
        model = self.model
        x = model.prepared(x)
        noise = lambda: torch.randn(x.shape[0], model.latent)
        with torch.no_grad():
            fake = model.generator(noise())
        real_score, fake_score = model.discriminator(x), model.discriminator(fake)
        if model.penalty > 0:
            loss = fake_score.mean() - real_score.mean() + slope_penalty(model, x, fake)
        else:
            loss = F.softplus(-real_score).mean() + F.softplus(fake_score).mean()
        shown = move(self.discriminator, loss)
        score = model.discriminator(model.generator(noise()))
        move(self.generator, -score.mean() if model.penalty > 0 else F.softplus(-score).mean())
        return shown

    def run(self, steps):
        losses = []
        for _ in range(steps):
            losses.append(self.play(self.batches[self.step % len(self.batches)]))
            self.step += 1
        return losses


def started(make):
    def start(folder):
        fixture = Fixture(folder)
        return Game(fixture, make(fixture.sizes))

    return start


WORKS = {"gan-dense": started(DenseGan), "gan-wgan-gp": started(DenseGan), "gan-dcgan": started(Dcgan)}
