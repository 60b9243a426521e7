"""The PyTorch side: eager mode on the CPU, written as its own guides would.

One JSON request per line on stdin, one JSON reply per line on stdout (see src/protocol.ts).
"""

import json
import sys
import time
from pathlib import Path

import torch

import core
import diffusion
import flow
import gan
import pixels
import text
import vae

FAMILIES = [vae, gan, flow, diffusion, text, pixels, core]
WORKS = {name: start for family in FAMILIES for name, start in family.WORKS.items()}


def main():
    work = None
    for line in sys.stdin:
        request = json.loads(line)
        if work is None:
            torch.set_num_threads(request["threads"])
            torch.manual_seed(0)
            work = WORKS[request["work"]](Path(request["folder"]))
        start = time.perf_counter()
        losses = work.run(request["steps"])
        seconds = time.perf_counter() - start
        version = f"PyTorch {torch.__version__}"
        print(json.dumps({"seconds": seconds, "steps": len(losses), "losses": losses, "version": version}), flush=True)


main()
