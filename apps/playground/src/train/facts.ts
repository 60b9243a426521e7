/** @file What is said of a family, and offered in its form, wherever the page trains one. */

export const VAE = {
  id: "vae",
  equation: "log p(x) ≥ E_{q}[log p(x|z)] − KL(q(z|x) ‖ p(z))",
  paper: "Kingma & Welling 2014",
  lossLabel: "negative bound, nats",
} as const;

/** Bounds that a VAE may be trained by. */
export const VAE_BOUNDS = { objective: ["elbo", "iwae", "miwae"], draws: 5, bounds: 4, beta: 1 } as const;

export const FLOW = {
  id: "flow",
  equation: "log p(x) = log N(f(x); 0, I) + log |det ∂f/∂x|",
  paper: "Durkan et al. 2019",
  lossLabel: "−log p(x), nats",
} as const;
