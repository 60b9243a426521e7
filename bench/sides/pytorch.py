"""The PyTorch side: eager mode on the CPU, the modules and the Adam that its tutorials use.

One JSON request per line on stdin, one JSON reply per line on stdout (see src/protocol.ts).
"""

import json
import math
import sys
import time
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

SPEC = json.loads((Path(__file__).parent.parent / "spec.json").read_text())


def floats(path):
    return torch.frombuffer(bytearray(path.read_bytes()), dtype=torch.float32)


class DenseVae(nn.Module):
    def __init__(self, spec):
        super().__init__()
        (features,), hidden, latent = spec["data"], spec["hidden"], spec["latent"]
        self.encoder = nn.Sequential(nn.Linear(features, hidden), nn.ReLU(), nn.Linear(hidden, 2 * latent))
        self.decoder = nn.Sequential(nn.Linear(latent, hidden), nn.ReLU(), nn.Linear(hidden, features))


class ConvVae(nn.Module):
    def __init__(self, spec):
        super().__init__()
        depth, height, width = spec["data"]
        levels, geometry = [depth, *spec["channels"]], (spec["kernel"], spec["stride"], spec["padding"])
        shrink = spec["stride"] ** len(spec["channels"])
        small = (levels[-1], height // shrink, width // shrink)
        down = [m for a, b in zip(levels, levels[1:]) for m in (nn.Conv2d(a, b, *geometry), nn.ReLU())]
        ups = list(reversed(levels))
        up = [m for a, b in zip(ups, ups[1:]) for m in (nn.ReLU(), nn.ConvTranspose2d(a, b, *geometry))]
        flat = math.prod(small)
        self.encoder = nn.Sequential(*down, nn.Flatten(), nn.Linear(flat, 2 * spec["latent"]))
        self.decoder = nn.Sequential(nn.Linear(spec["latent"], flat), nn.Unflatten(1, small), *up)


class DeepMlp(nn.Module):
    def __init__(self, spec):
        super().__init__()
        (features,), width, self.layers = spec["data"], spec["width"], spec["layers"]
        self.first = nn.Linear(features, width)
        self.blocks = nn.ModuleList(nn.Linear(width, width) for _ in range(spec["layers"] - 2))
        self.last = nn.Linear(width, features)

    def forward(self, x):
        h = F.relu(self.first(x))
        for block in self.blocks:
            h = h + F.relu(block(h)) / self.layers
        return self.last(h)


class DenseGan(nn.Module):
    def __init__(self, spec):
        super().__init__()
        (features,), hidden = spec["data"], spec["hidden"]
        self.latent, self.penalty = spec["latent"], spec["penalty"]
        up, down = [self.latent, *hidden], [features, *reversed(hidden)]
        ups = [m for a, b in zip(up, up[1:]) for m in (nn.Linear(a, b), nn.ReLU())]
        downs = [m for a, b in zip(down, down[1:]) for m in (nn.Linear(a, b), nn.LeakyReLU(0.2))]
        self.generator = nn.Sequential(*ups, nn.Linear(up[-1], features))
        self.discriminator = nn.Sequential(*downs, nn.Linear(down[-1], 1))

    def prepared(self, x):
        return x


class Dcgan(nn.Module):
    def __init__(self, spec):
        super().__init__()
        depth, height, width = spec["data"]
        self.latent, self.penalty = spec["latent"], 0
        levels = [depth, *spec["channels"]]
        shrink, ups = 2 ** len(spec["channels"]), list(reversed(levels))
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


def deep_loss(model, x):
    return F.binary_cross_entropy_with_logits(model(x), x, reduction="sum") / x.shape[0]


def vae_loss(model, x):
    mu, log_var = model.encoder(x).chunk(2, dim=1)
    z = mu + torch.exp(0.5 * log_var) * torch.randn_like(mu)
    cross_entropy = F.binary_cross_entropy_with_logits(model.decoder(z), x, reduction="sum")
    kl = -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())
    return (cross_entropy + kl) / x.shape[0]


WORKS = {"vae-dense": (DenseVae, vae_loss), "vae-conv": (ConvVae, vae_loss), "mlp-50": (DeepMlp, deep_loss)}
GANS = {"gan-dense": DenseGan, "gan-wgan-gp": DenseGan, "gan-dcgan": Dcgan}


def slope_penalty(model, x, fake):
    between = (fake + torch.rand(x.shape[0], 1) * (x - fake)).requires_grad_()
    (slope,) = torch.autograd.grad(model.discriminator(between).sum(), between, create_graph=True)
    return model.penalty * (slope.norm(dim=1) - 1).square().mean()


class Trainer:
    def __init__(self, work, folder):
        spec = SPEC[work]
        torch.manual_seed(0)
        self.is_gan = work in GANS
        model, self.loss = (GANS[work], None) if self.is_gan else WORKS[work]
        self.model = model(spec)
        weights, offset = floats(folder / "params.f32"), 0
        with torch.no_grad():
            manifest = json.loads((folder / "manifest.json").read_text())["params"]
            learned = [p for m in self.model.modules() if not isinstance(m, nn.BatchNorm2d) for p in m.parameters(recurse=False)]
            for entry, param in zip(manifest, learned, strict=True):
                size = math.prod(entry["shape"])
                value = weights[offset : offset + size].reshape(entry["shape"])
                param.copy_(value.t() if param.dim() == 2 else value)  # nn.Linear keeps [out, in]
                offset += size
        adam = SPEC["adam"]
        betas = (adam["beta1"], adam["beta2"])
        parts = [self.model.discriminator, self.model.generator] if self.is_gan else [self.model]
        self.optimizers = [torch.optim.Adam(part.parameters(), adam["learningRate"], betas, adam["epsilon"]) for part in parts]
        self.batches = floats(folder / "pictures.f32").reshape(-1, spec["batch"], *spec["data"])
        self.step = 0

    def move(self, optimizer, loss):
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

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
        shown = self.move(self.optimizers[0], loss)
        score = model.discriminator(model.generator(noise()))
        self.move(self.optimizers[1], -score.mean() if model.penalty > 0 else F.softplus(-score).mean())
        return shown

    def run(self, steps):
        losses = []
        for _ in range(steps):
            x = self.batches[self.step % len(self.batches)]
            losses.append(self.play(x) if self.is_gan else self.move(self.optimizers[0], self.loss(self.model, x)))
            self.step += 1
        return losses


def main():
    trainer = None
    for line in sys.stdin:
        request = json.loads(line)
        if trainer is None:
            torch.set_num_threads(request["threads"])
            trainer = Trainer(request["work"], Path(request["folder"]))
        start = time.perf_counter()
        losses = trainer.run(request["steps"])
        seconds = time.perf_counter() - start
        reply = {"seconds": seconds, "steps": len(losses), "losses": losses, "version": torch.__version__}
        print(json.dumps(reply), flush=True)


main()
