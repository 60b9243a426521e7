"""The fixture of a work, and a training that reads it."""

import json
import math

import torch
from torch import nn


def read(path, dtype):
    return torch.frombuffer(bytearray(path.read_bytes()), dtype=dtype)


class Fixture:
    """Sizes, rows and starting weights of a work (see src/fixtures.ts)."""

    def __init__(self, folder):
        manifest = json.loads((folder / "manifest.json").read_text())
        self.sizes, self.adam, rows = manifest["sizes"], manifest["adam"], manifest["rows"]
        dtype = torch.int32 if rows["dtype"] == "i32" else torch.float32
        self.rows = read(folder / "rows.bin", dtype).reshape(rows["shape"])
        weights = read(folder / "params.f32", torch.float32)
        self.params, offset = {}, 0
        for entry in manifest["params"]:
            size = math.prod(entry["shape"])
            self.params[entry["name"]] = weights[offset : offset + size].reshape(entry["shape"])
            offset += size

    def batches(self):
        return self.rows.reshape(-1, self.sizes["batch"], *self.rows.shape[1:])

    def optimizer(self, params):
        betas = (self.adam["beta1"], self.adam["beta2"])
        return torch.optim.Adam(params, self.adam["learningRate"], betas, self.adam["epsilon"])


@torch.no_grad()
def load_in_order(module, fixture, skip=nn.BatchNorm2d):
    """The fixture's weights, which stand in the order of the module's parameters. nn.Linear keeps [out, in]."""
    learned = [p for m in module.modules() if not isinstance(m, skip) for p in m.parameters(recurse=False)]
    for value, param in zip(fixture.params.values(), learned, strict=True):
        param.copy_(value.t() if param.dim() == 2 else value)


class Training:
    """Adam on loss(model, x), batch after batch."""

    def __init__(self, fixture, model, loss):
        self.model, self.loss = model, loss
        self.optimizer = fixture.optimizer(model.parameters())
        self.batches = fixture.batches()
        self.step = 0

    def run(self, steps):
        losses = []
        for _ in range(steps):
            x = self.batches[self.step % len(self.batches)]
            losses.append(move(self.optimizer, self.loss(self.model, x)))
            self.step += 1
        return losses


def move(optimizer, loss):
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
