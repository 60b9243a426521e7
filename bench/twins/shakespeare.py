"""The twin of repro's row ar/shakespeare/cpu: the same GPT, data, optimizer and steps in PyTorch.

    GEN_DATA_DIR=… python3 bench/twins/shakespeare.py [--threads 2] [--steps 2000] [--seeds 3]

Prints one JSON object: nats per character of the whole validation split, in windows of 64 that do not overlap, and seconds of
training, of each seed and in the mean.
"""

import argparse
import gzip
import json
import math
import os
import sys
import time
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).parent.parent / "sides/pytorch"))
from text import Gpt  # noqa: E402

SIZES = {"vocabulary": 65, "context": 64, "layers": 4, "heads": 4, "features": 128}
BATCH, WARM_UP = 12, 100


def characters():
    """The text as numbers, its first 90 % to learn and the rest to measure."""
    folder = Path(os.environ["GEN_DATA_DIR"])
    text = gzip.open(folder / "text/tinyshakespeare/input.txt.gz", "rt", encoding="utf-8").read()
    number = {character: i for i, character in enumerate(sorted(set(text)))}
    data = torch.tensor([number[character] for character in text])
    cut = round(0.9 * len(data))
    return data[:cut], data[cut:]


def fresh():
    """Normal weights of deviation 0.02, those that write to the stream smaller by the root of twice the layers."""
    model = Gpt(SIZES)
    for name, param in model.named_parameters():
        if param.dim() == 2:
            last = name.endswith(("output.weight", "down.weight"))
            nn.init.normal_(param, std=0.02 / math.sqrt(2 * SIZES["layers"]) if last else 0.02)
    return model


def rate(step, steps):
    if step < WARM_UP:
        return 1e-3 * (step + 1) / WARM_UP
    way = (step - WARM_UP) / (steps - WARM_UP)
    return 1e-4 + 0.5 * (1 + math.cos(math.pi * way)) * (1e-3 - 1e-4)


def train(data, seed, steps):
    torch.manual_seed(seed)
    model, context = fresh(), SIZES["context"]
    groups = [
        {"params": [p for p in model.parameters() if p.dim() > 1], "weight_decay": 0.1},
        {"params": [p for p in model.parameters() if p.dim() == 1], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.99))
    start = time.perf_counter()
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate(step, steps)
        places = torch.randint(len(data) - context, (BATCH,))
        x = torch.stack([data[i : i + context] for i in places])
        y = torch.stack([data[i + 1 : i + context + 1] for i in places])
        loss = F.cross_entropy(model(x).flatten(0, 1), y.flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return model, time.perf_counter() - start


@torch.no_grad()
def measure(model, data):
    context = SIZES["context"]
    windows = data.unfold(0, context + 1, context)
    total = sum(F.cross_entropy(model(w[:, :-1]).flatten(0, 1), w[:, 1:].flatten(), reduction="sum").item() for w in windows.split(64))
    return total / (len(windows) * context)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    learned, measured = characters()
    nats, seconds = [], []
    for seed in range(options.seeds):
        model, took = train(learned, seed, options.steps)
        nats.append(measure(model, measured))
        seconds.append(took)
    mean = sum(nats) / len(nats)
    print(json.dumps({"nats": mean, "seconds": sum(seconds), "eachNats": nats, "eachSeconds": seconds, **vars(options)}))


main()
