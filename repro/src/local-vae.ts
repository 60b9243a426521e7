/**
 * @file A VAE of binary pictures whose decoder sees, beside z, what lies above and to the left of each pixel.
 * Gulrajani et al. 2017, "PixelVAE", arXiv:1611.05013; Chen et al. 2017, "Variational Lossy Autoencoder", arXiv:1611.02731.
 */
import type { Scope, Tensor } from "@gen/core";
import { activationOf, Conv2d, masked, pixelMask } from "@gen/core/nn";
import { bernoulli, type Bernoulli } from "@gen/core/prob";
import type { HierarchicalVae, LatentModel } from "@gen/vae";

/** Extent of the square before each pixel, and numbers that are made of it. */
const [KERNEL, CHANNELS] = [7, 24];
const silu = activationOf("silu");

/**
 *     log p(x | z) = Σ_i log Bern(x_i; σ(f_i(z) + c_i(x_<i)))
 *
 * c is a masked convolution of 7 × 7 pixels and two layers for each pixel; it costs once for each x, not for each z.
 */
export class LocalVae {
  readonly vae: HierarchicalVae;
  readonly before: Conv2d;
  readonly hidden: Conv2d;
  readonly out: Conv2d;

  constructor(vae: HierarchicalVae) {
    this.vae = vae;
    const mask = pixelMask({ type: "A", inputs: 1, outputs: CHANNELS, kernel: KERNEL });
    const same = { padding: "same" } as const;
    this.before = new Conv2d({ inputs: 1, outputs: CHANNELS, kernel: KERNEL, ...same, weightMap: masked(mask) });
    this.hidden = new Conv2d({ inputs: CHANNELS, outputs: CHANNELS, kernel: 1 });
    this.out = new Conv2d({ inputs: CHANNELS, outputs: 1, kernel: 1 });
  }

  /**
   * The model of z and of these rows: its p(x|z) is right for them alone, since each of their pixels gives those after
   * it their probabilities.
   *
   * @param rows bytes, [N, 1, H, W]
   */
  seeing(rows: Tensor): LatentModel {
    const { vae } = this;
    const h = silu(this.before.forward(rows.cast("f32").div(255)));
    const local = this.out.forward(silu(this.hidden.forward(h))); // [N, 1, H, W]
    const logitsOf = (z: Tensor, condition: Tensor | undefined, scope: Scope): Tensor => {
      const logits = (vae.given(z, condition, scope) as Bernoulli).logits; // [K·N, 1, H, W]
      return logits
        .reshape([-1, ...local.shape])
        .add(local)
        .reshape(logits.shape);
    };
    const { codec, shape, dims, latentDim, classes, criterion, prior, steps } = vae;
    return {
      ...{ codec, shape, dims, latentDim, classes, criterion, prior, steps },
      condition: (label) => vae.condition(label),
      posterior: (x, condition, scope) => vae.posterior(x, condition, scope),
      given: (z, condition, scope) => bernoulli({ logits: logitsOf(z, condition, scope), eventDims: 3 }),
      elements: (z, condition, scope) => bernoulli({ logits: logitsOf(z, condition, scope) }),
    };
  }
}
