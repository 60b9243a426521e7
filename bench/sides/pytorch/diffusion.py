"""Diffusion models: a DiT and a U-Net that estimate the noise of DDPM, and DDIM."""

import math

import torch
from torch import nn
from torch.nn import functional as F

from layers import Attention, load_by_name
from training import Fixture, Training

BETAS = torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64)
KEPT = torch.cumprod(1 - BETAS, 0)  # alpha squared
SIGMAS = (1 / KEPT - 1).sqrt()
# What the networks are told: how far log sigma is on its way, from 0 to 1000.
CLOCK = ((SIGMAS.log() - SIGMAS[0].log()) * 1000 / (SIGMAS[-1] / SIGMAS[0]).log()).float()
SIGNAL, NOISE = KEPT.sqrt().float(), (1 - KEPT).sqrt().float()


class TimeEmbedding(nn.Module):
    def __init__(self, waves, features):
        super().__init__()
        self.register_buffer("rates", torch.exp(-math.log(10000) * torch.arange(waves // 2) / (waves // 2)))
        self.up, self.out = nn.Linear(waves, features), nn.Linear(features, features)

    def forward(self, t):
        angles = t[:, None] * self.rates
        return self.out(F.silu(self.up(torch.cat([angles.sin(), angles.cos()], dim=1))))


class FeedForward(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        return self.down(F.gelu(self.up(x), approximate="tanh"))


def modulate(x, shift, scale):
    return x * (1 + scale.unsqueeze(1)) + shift.unsqueeze(1)


class DitBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.attention, self.feedForward = Attention(width, heads), FeedForward(width)
        self.modulation = nn.Linear(width, 6 * width)
        self.norm = nn.LayerNorm(width, elementwise_affine=False, eps=1e-6)

    def forward(self, x, e):
        s1, f1, g1, s2, f2, g2 = self.modulation(e).chunk(6, dim=1)
        x = x + g1.unsqueeze(1) * self.attention(modulate(self.norm(x), s1, f1))
        return x + g2.unsqueeze(1) * self.feedForward(modulate(self.norm(x), s2, f2))


def grid(count, width):
    """Waves of the row in one half of the features, of the column in the other."""
    half = width // 2
    angles = torch.arange(count)[:, None] * torch.exp(-math.log(10000) * torch.arange(half // 2) / (half // 2))
    waves = torch.cat([angles.sin(), angles.cos()], dim=1)
    down = waves[:, None].expand(count, count, half)
    return torch.cat([down, down.transpose(0, 1)], dim=2).reshape(count * count, width)


class Dit(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.patch, width = sizes["patch"], sizes["width"]
        self.embed, self.time = nn.Linear(self.patch**2, width), TimeEmbedding(256, width)
        self.blocks = nn.ModuleList(DitBlock(width, sizes["heads"]) for _ in range(sizes["depth"]))
        self.modulation, self.last = nn.Linear(width, 2 * width), nn.Linear(width, self.patch**2)
        self.norm = nn.LayerNorm(width, elementwise_affine=False, eps=1e-6)
        self.register_buffer("places", grid(sizes["data"][1] // self.patch, width))

    def forward(self, x, t):
        n, _, height, width = x.shape
        p, rows, columns = self.patch, height // self.patch, width // self.patch
        patches = x.reshape(n, rows, p, columns, p).permute(0, 1, 3, 2, 4).reshape(n, rows * columns, p * p)
        h, e = self.embed(patches) + self.places, F.silu(self.time(t))
        for block in self.blocks:
            h = block(h, e)
        out = self.last(modulate(self.norm(h), *self.modulation(e).chunk(2, dim=1)))
        return out.reshape(n, rows, columns, p, p).permute(0, 1, 3, 2, 4).reshape(x.shape)


class ResidualBlock(nn.Module):
    def __init__(self, inputs, outputs, embedding):
        super().__init__()
        self.norm1, self.conv1 = nn.GroupNorm(32, inputs), nn.Conv2d(inputs, outputs, 3, padding=1)
        self.embed = nn.Linear(embedding, outputs)
        self.norm2, self.conv2 = nn.GroupNorm(32, outputs), nn.Conv2d(outputs, outputs, 3, padding=1)
        self.shortcut = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1)

    def forward(self, x, e):
        h = self.conv1(F.silu(self.norm1(x))) + self.embed(F.silu(e))[:, :, None, None]
        return self.shortcut(x) + self.conv2(F.silu(self.norm2(h)))


class Stage(nn.Module):
    def __init__(self, inputs, outputs, embedding, attends):
        super().__init__()
        self.block = ResidualBlock(inputs, outputs, embedding)
        self.norm = nn.GroupNorm(32, outputs) if attends else None
        self.attention = Attention(outputs, 1) if attends else None

    def forward(self, x, e):
        h = self.block(x, e)
        if self.attention is None:
            return h
        rows = self.norm(h).flatten(2).transpose(1, 2)
        return h + self.attention(rows).transpose(1, 2).reshape(h.shape)


class Level(nn.Module):
    def __init__(self, stages, resample):
        super().__init__()
        self.stages, self.resample = nn.ModuleList(stages), resample


class UNet(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        base = sizes["channels"]
        widths = [base * m for m in sizes["multipliers"]]
        embedding, top = 4 * base, len(widths) - 1
        self.time = TimeEmbedding(base, embedding)
        self.first = nn.Conv2d(1, base, 3, padding=1)
        width, skips, down, up = base, [base], [], []
        for level, to in enumerate(widths):
            stage = Stage(width, to, embedding, level == top)
            down.append(Level([stage], None if level == top else nn.Conv2d(to, to, 3, stride=2, padding=1)))
            skips += [to] if level == top else [to, to]
            width = to
        self.middle = nn.ModuleList([Stage(width, width, embedding, True), Stage(width, width, embedding, False)])
        for level, to in reversed(list(enumerate(widths))):
            stages = []
            for _ in range(2):
                stages.append(Stage(width + skips.pop(), to, embedding, level == top))
                width = to
            up.append(Level(stages, None if level == 0 else nn.Conv2d(to, to, 3, padding=1)))
        self.down, self.up = nn.ModuleList(down), nn.ModuleList(up)
        self.norm, self.last = nn.GroupNorm(32, base), nn.Conv2d(base, 1, 3, padding=1)

    def forward(self, x, t):
        e = self.time(t)
        h = self.first(x)
        skips = [h]
        for level in self.down:
            for stage in level.stages:
                skips.append(h := stage(h, e))
            if level.resample is not None:
                skips.append(h := level.resample(h))
        for stage in self.middle:
            h = stage(h, e)
        for level in self.up:
            for stage in level.stages:
                h = stage(torch.cat([h, skips.pop()], dim=1), e)
            if level.resample is not None:
                h = level.resample(F.interpolate(h, scale_factor=2, mode="nearest"))
        return self.last(F.silu(self.norm(h)))


def loss(model, x):
    t = torch.randint(0, 1000, (x.shape[0],))
    noise = torch.randn_like(x)
    noisy = SIGNAL[t][:, None, None, None] * x + NOISE[t][:, None, None, None] * noise
    return F.mse_loss(model(noisy, CLOCK[t]), noise)


def training(make):
    def start(folder):
        fixture = Fixture(folder)
        model = make(fixture.sizes)
        load_by_name(model, fixture, "network.")
        return Training(fixture, model, loss)

    return start


class Sampler:
    def __init__(self, folder):
        fixture = Fixture(folder)
        self.sizes = fixture.sizes
        self.model = Dit(fixture.sizes).eval()
        load_by_name(self.model, fixture, "network.")

    @torch.inference_mode()
    def ddim(self):
        n, steps = self.sizes["batch"], self.sizes["steps"]
        times = [round(1000 - i * 1000 / steps) - 1 for i in range(steps)]
        x = torch.randn(n, *self.sizes["data"])
        for i, t in enumerate(times):
            noise = self.model(x, CLOCK[t].expand(n))
            clean = (x - NOISE[t] * noise) / SIGNAL[t]
            x = clean if i == steps - 1 else SIGNAL[times[i + 1]] * clean + NOISE[times[i + 1]] * noise
        return x

    def run(self, steps):
        return [self.ddim().square().mean().item() for _ in range(steps)]


WORKS = {"diffusion-dit": training(Dit), "diffusion-unet": training(UNet), "diffusion-dit-sample": Sampler}
