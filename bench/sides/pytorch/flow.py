"""Flows: RealNVP and NSF of nflows, MAF of zuko."""

import math

import torch
from torch import nn
from torch.nn import functional as F

from training import Fixture, Training


def couplings(sizes):
    """The mask of each coupling: what is 1 is moved, one half and the other by turns."""
    dim, half = sizes["dim"], sizes["dim"] // 2
    first = torch.arange(dim) >= half
    return [(first if i % 2 == 0 else torch.arange(dim) < dim - (dim + 1) // 2).int() for i in range(sizes["depth"])]


def network(hidden, activation):
    from nflows.nn.nets import MLP

    class Conditioner(MLP):
        def forward(self, inputs, context=None):
            return super().forward(inputs)

    return lambda inputs, outputs: Conditioner((inputs,), (outputs,), hidden, activation=activation)


def real_nvp(sizes):
    from nflows.transforms import AffineCouplingTransform, CompositeTransform

    class Affine(AffineCouplingTransform):
        def _scale_and_shift(self, params):
            shift, scale = params.chunk(2, dim=1)
            return torch.exp(3 * torch.tanh(scale / 3)), shift

    make = network(sizes["hidden"], torch.tanh)
    return CompositeTransform([Affine(mask, make) for mask in couplings(sizes)])


def spline_flow(sizes):
    from nflows.transforms import CompositeTransform, LULinear, PiecewiseRationalQuadraticCouplingTransform as Spline

    make = network(sizes["hidden"], F.relu)
    spline = lambda mask: Spline(mask, make, num_bins=8, tails="linear", tail_bound=5.0)
    layers = [layer for mask in couplings(sizes) for layer in (LULinear(sizes["dim"], identity_init=True), spline(mask))]
    return CompositeTransform(layers)


def flow(sizes, transform):
    from nflows.distributions import StandardNormal
    from nflows.flows import Flow

    return Flow(transform(sizes), StandardNormal([sizes["dim"]]))


@torch.no_grad()
def load(model, fixture, unit_slopes):
    """Weights of the networks, in order. Slopes of ours are 1 where a parameter is 0; theirs need a bias for it."""
    own = [value for name, value in fixture.params.items() if ".net." in name]
    mine = [p for name, p in model.named_parameters() if "transform_net" in name]
    for value, param in zip(own, mine, strict=True):
        param.copy_(value.t() if param.dim() == 2 else value)
    if unit_slopes:
        for name, param in model.named_parameters():
            if name.endswith("_output_layer.bias"):
                param.view(-1, 23)[:, 16:] = math.log(math.expm1(1 - 1e-3))


def training(transform, unit_slopes=False):
    def start(folder):
        fixture = Fixture(folder)
        model = flow(fixture.sizes, transform)
        load(model, fixture, unit_slopes)
        return Training(fixture, model, lambda model, x: -model.log_prob(x).mean())

    return start


class Sampling:
    """A MAF of zuko. Its hidden units see other inputs than ours: weights of the same law, not the same."""

    def __init__(self, folder):
        import zuko

        fixture = Fixture(folder)
        sizes = fixture.sizes
        self.batch = sizes["batch"]
        self.flow = zuko.flows.MAF(sizes["dim"], transforms=sizes["depth"], hidden_features=sizes["hidden"])
        with torch.no_grad():
            for value, param in zip(fixture.params.values(), self.flow.parameters(), strict=True):
                param.copy_(value.t() if param.dim() == 2 else value)

    @torch.no_grad()
    def run(self, steps):
        return [self.flow().sample((self.batch,)).square().mean().item() for _ in range(steps)]


WORKS = {
    "flow-realnvp-2": training(real_nvp),
    "flow-realnvp-64": training(real_nvp),
    "flow-nsf-2": training(spline_flow, unit_slopes=True),
    "flow-nsf-64": training(spline_flow, unit_slopes=True),
    "flow-maf-sample": Sampling,
}
