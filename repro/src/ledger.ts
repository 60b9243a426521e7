/** @file The ledger: every number of a paper that the project sets out to reach, by an id that never changes. */
import { GenError, nearestName } from "@gen/core";

/** One line of the ledger: whose number it is, and what is to be reached. */
export interface Entry {
  readonly id: string;
  /** Where the number is from, as a reader can look it up. */
  readonly paper: string;
  /** What to reach; none where no paper has the row and it says by itself what it is compared with. */
  readonly target?: number;
  readonly unit: string;
  readonly better: "lower" | "higher";
}

export const ledger: readonly Entry[] = [
  {
    id: "vae/binarized-mnist/dense",
    paper:
      "VAE: 89.78 in pythae (Chadebec et al. 2022, arXiv:2206.08309), 89.9 in Rezende & Mohamed 2015 (arXiv:1505.05770)",
    target: 89.8,
    unit: "nats",
    better: "lower",
  },
  {
    id: "vae/binarized-mnist/iwae-50",
    paper: "IWAE, k = 50: 86.82 in pythae (Chadebec et al. 2022, arXiv:2206.08309), 87.1 its reference",
    target: 86.9,
    unit: "nats",
    better: "lower",
  },
  {
    id: "vae/binarized-mnist/iwae-5-two-layers",
    paper: "IWAE, k = 5, two stochastic layers, as in Burda et al. 2016 (arXiv:1509.00519), table 1",
    target: 87,
    unit: "nats",
    better: "lower",
  },
  {
    id: "vae/binarized-mnist/best",
    paper:
      "VampPrior: 85.79 in pythae (Chadebec et al. 2022, arXiv:2206.08309), 85.57 in Tomczak & Welling 2018 (arXiv:1705.07120)",
    target: 85.8,
    unit: "nats",
    better: "lower",
  },
  {
    id: "vae/mnist/dense",
    paper: "no paper: −ELBO of grey digits, told the class; for the leaderboard",
    unit: "nats",
    better: "lower",
  },
  {
    id: "vae/glyphs/dense",
    paper: "no paper: −ELBO of letters of unseen typefaces, told the class; for the leaderboard",
    unit: "nats",
    better: "lower",
  },
  {
    id: "vae/mnist/vq",
    paper:
      "no paper: PSNR of reconstructions from 49 codes, beside the perplexity of the codes and pictures of samples",
    unit: "dB",
    better: "higher",
  },
  {
    id: "vae/emoji/vq",
    paper:
      "no paper: PSNR of reconstructions from 64 codes, beside the perplexity of the codes and pictures of samples",
    unit: "dB",
    better: "higher",
  },
  {
    id: "flow/energies/planar",
    paper:
      "no number in the paper: figure 3b of Rezende & Mohamed 2015 (arXiv:1505.05770); mean of KL(q ‖ p) at K = 32",
    unit: "nats",
    better: "lower",
  },
  {
    id: "flow/binarized-mnist/planar-80",
    paper: "VAE with 80 planar flows: 85.1 in Rezende & Mohamed 2015 (arXiv:1505.05770), Table 2",
    target: 85.1,
    unit: "nats",
    better: "lower",
  },
  {
    id: "flow/binarized-mnist/planar-0",
    paper:
      "the network of planar-80 with a normal posterior by equal steps: table 2 of Rezende & Mohamed 2015 (arXiv:1505.05770)",
    unit: "nats",
    better: "lower",
  },
  {
    id: "flow/binarized-mnist/planar-10",
    paper:
      "the network of planar-80 with 10 planar flows by equal steps: table 2 of Rezende & Mohamed 2015 (arXiv:1505.05770)",
    unit: "nats",
    better: "lower",
  },
  {
    id: "flow/binarized-mnist/planar-20",
    paper:
      "the network of planar-80 with 20 planar flows by equal steps: table 2 of Rezende & Mohamed 2015 (arXiv:1505.05770)",
    unit: "nats",
    better: "lower",
  },
  {
    id: "flow/binarized-mnist/planar-40",
    paper:
      "the network of planar-80 with 40 planar flows by equal steps: table 2 of Rezende & Mohamed 2015 (arXiv:1505.05770)",
    unit: "nats",
    better: "lower",
  },
  {
    id: "flow/binarized-mnist/nice",
    paper:
      "the network of planar-80 with NICE by equal steps: 87.2 in Rezende & Mohamed 2015 (arXiv:1505.05770), Table 2",
    unit: "nats",
    better: "lower",
  },
  {
    id: "flow/mnist/realnvp",
    paper: "RealNVP (5): 1.94 in Papamakarios et al. 2017 (arXiv:1705.07057), Table 3",
    target: 1.94,
    unit: "bits/pixel",
    better: "lower",
  },
  {
    id: "flow/mnist/maf",
    paper: "MAF (5): 1.89 in Papamakarios et al. 2017 (arXiv:1705.07057), Table 3",
    target: 1.89,
    unit: "bits/pixel",
    better: "lower",
  },
  {
    id: "flow/mnist/nsf",
    paper: "neural spline flow beside MAF (5), 1.89 in Papamakarios et al. 2017 (arXiv:1705.07057), Table 3",
    target: 1.89,
    unit: "bits/pixel",
    better: "lower",
  },
  {
    id: "flow/mnist/multi-scale",
    paper: "no number in the paper for MNIST: the multi-scale RealNVP of Dinh et al. 2017 (arXiv:1605.08803)",
    unit: "bits/dim",
    better: "lower",
  },
  {
    id: "flow/mnist/glow",
    paper: "no number in the paper for MNIST: Glow, Kingma & Dhariwal 2018 (arXiv:1807.03039)",
    unit: "bits/dim",
    better: "lower",
  },
  {
    id: "flow/emoji/multi-scale",
    paper: "no paper: the multi-scale RealNVP of Dinh et al. 2017 (arXiv:1605.08803) on emoji in colour",
    unit: "bits/dim",
    better: "lower",
  },
  {
    id: "flow/emoji/glow",
    paper: "no paper: Glow, Kingma & Dhariwal 2018 (arXiv:1807.03039), on emoji in colour",
    unit: "bits/dim",
    better: "lower",
  },
  {
    id: "flow/tables/houses",
    paper:
      "no paper: nats by which the weakest of ten flows beats the Gaussian with full covariance on California housing",
    target: 0,
    unit: "nats",
    better: "higher",
  },
  {
    id: "flow/tables/wine-quality",
    paper: "no paper: nats by which the weakest of ten flows beats the Gaussian with full covariance on red wines",
    target: 0,
    unit: "nats",
    better: "higher",
  },
  {
    id: "flow/toy/two-moons",
    paper: "no paper: −log p of other points of two moons",
    unit: "nats",
    better: "lower",
  },
  {
    id: "flow/toy/rings",
    paper: "no paper: −log p of other points of two rings",
    unit: "nats",
    better: "lower",
  },
  {
    id: "flow/toy/checkerboard",
    paper: "no paper: −log p of other points of a checkerboard, whose entropy is log 8 = 2.079",
    unit: "nats",
    better: "lower",
  },
  {
    id: "diffusion/mnist/fid",
    paper: "no paper: compared with real against real, same features and n",
    unit: "Fréchet distance",
    better: "lower",
  },
  {
    id: "gan/ring/r1",
    paper:
      "no table: eight Gaussians on a circle, Mescheder et al. 2018 (arXiv:1801.04406); seeds of five with every mode, 95 % within 4σ, σ within 0.5 to 1.5 of the truth, KL at most 0.1",
    target: 5,
    unit: "seeds of 5",
    better: "higher",
  },
  {
    id: "gan/ring/wgan-gp",
    paper:
      "no table: eight Gaussians on a circle, Gulrajani et al. 2017 (arXiv:1704.00028); seeds of five with every mode, 95 % within 4σ, σ within 0.5 to 1.5 of the truth, KL at most 0.1",
    target: 5,
    unit: "seeds of 5",
    better: "higher",
  },
  {
    id: "gan/grid/r1",
    paper:
      "no table: 25 Gaussians on a grid, Mescheder et al. 2018 (arXiv:1801.04406); seeds of five with every mode, 95 % within 4σ, σ within 0.5 to 1.5 of the truth, KL at most 0.1",
    target: 5,
    unit: "seeds of 5",
    better: "higher",
  },
  {
    id: "gan/grid/wgan-gp",
    paper:
      "no table: 25 Gaussians on a grid, Gulrajani et al. 2017 (arXiv:1704.00028); seeds of five with every mode, 95 % within 4σ, σ within 0.5 to 1.5 of the truth, KL at most 0.1",
    target: 5,
    unit: "seeds of 5",
    better: "higher",
  },
  {
    id: "diffusion/mnist/fid-unet",
    paper: "no paper: the same of DDPM's U-Net",
    unit: "Fréchet distance",
    better: "lower",
  },
  {
    id: "diffusion/toy/two-moons",
    paper: "no paper: MMD² of two moons, compared with other true points, same kernel and n",
    unit: "10⁻⁵ of MMD²",
    better: "lower",
  },
  {
    id: "diffusion/toy/rings",
    paper: "no paper: MMD² of two rings, compared with other true points, same kernel and n",
    unit: "10⁻⁵ of MMD²",
    better: "lower",
  },
  {
    id: "diffusion/toy/checkerboard",
    paper: "no paper: MMD² of a checkerboard, compared with other true points, same kernel and n",
    unit: "10⁻⁵ of MMD²",
    better: "lower",
  },
  {
    id: "diffusion/toy/gaussians",
    paper: "no paper: MMD² of 25 Gaussians on a grid, compared with other true points, same kernel and n",
    unit: "10⁻⁵ of MMD²",
    better: "lower",
  },
  {
    id: "diffusion/glyphs/fid",
    paper: "no paper: compared with real against real, same features and n; typefaces that were not learned from",
    unit: "Fréchet distance",
    better: "lower",
  },
  {
    id: "diffusion/glyphs/fid-unet",
    paper: "no paper: the same of DDPM's U-Net",
    unit: "Fréchet distance",
    better: "lower",
  },
  {
    id: "diffusion/emoji/words",
    paper: "no paper: the bound of emoji that were not learned from, told their group and the words of their names",
    unit: "bits/dim, at most",
    better: "lower",
  },
  {
    id: "diffusion/mnist/distilled",
    paper: "no paper: 4 steps, compared with 50 of its teacher and with 1,000 ancestral ones at the same seeds",
    unit: "Fréchet distance",
    better: "lower",
  },
  {
    id: "gan/mnist/parzen",
    paper: "GAN: 225 ± 2 in Goodfellow et al. 2014 (arXiv:1406.2661), Table 1",
    target: 225,
    unit: "nats",
    better: "higher",
  },
  {
    id: "gan/mnist/dense",
    paper: "GAN: 225 ± 2 in Goodfellow et al. 2014 (arXiv:1406.2661), Table 1, of dense layers too",
    target: 225,
    unit: "nats",
    better: "higher",
  },
  {
    id: "gan/mnist/conditional",
    paper: "GAN: 225 ± 2 in Goodfellow et al. 2014 (arXiv:1406.2661), Table 1, without classes",
    target: 225,
    unit: "nats",
    better: "higher",
  },
  {
    id: "ar/binarized-mnist/pixelcnn",
    paper: "PixelCNN: 81.30 in van den Oord et al. 2016 (arXiv:1601.06759), Table 4",
    target: 81.3,
    unit: "nats",
    better: "lower",
  },
  {
    id: "ar/binarized-mnist/pixelcnn-small",
    paper: "no paper: the PixelCNN that the playground completes pictures with",
    unit: "nats",
    better: "lower",
  },
  {
    id: "ar/binarized-mnist/row-lstm",
    paper: "Row LSTM: 80.54 in van den Oord et al. 2016 (arXiv:1601.06759), Table 4",
    target: 80.54,
    unit: "nats",
    better: "lower",
  },
  {
    id: "ar/binarized-mnist/diagonal-bilstm",
    paper: "Diagonal BiLSTM, 7 layers: 79.20 in van den Oord et al. 2016 (arXiv:1601.06759), Table 4",
    target: 79.2,
    unit: "nats",
    better: "lower",
  },
  {
    id: "ar/shakespeare/cpu",
    paper: "nanoGPT, CPU configuration: 1.88 on 20 batches; 1.91 on the whole validation split with the same script",
    target: 1.91,
    unit: "nats/character",
    better: "lower",
  },
  {
    id: "ar/shakespeare/better",
    paper: "no paper: the wall time of the row above, with a later block and a higher rate; 1.91 is to be beaten",
    target: 1.91,
    unit: "nats/character",
    better: "lower",
  },
  {
    id: "ar/shakespeare/full",
    paper: "nanoGPT, 6 layers of 384: best validation loss 1.4697",
    target: 1.4697,
    unit: "nats/character",
    better: "lower",
  },
  {
    id: "ar/jsb/nats",
    paper: "TCN: 8.10 in Bai, Kolter & Koltun 2018 (arXiv:1803.01271), Table 1",
    target: 8.1,
    unit: "nats/step",
    better: "lower",
  },
  {
    id: "ar/scan/simple",
    paper: "SCAN, simple split: at least 99 % in Lake & Baroni 2018 (arXiv:1711.00350)",
    target: 99,
    unit: "% exact",
    better: "higher",
  },
  {
    id: "ar/scan/length",
    paper:
      "SCAN, length split: 13.8 % overall, 20.8 % the best in Lake & Baroni 2018 (arXiv:1711.00350); as it comes out",
    unit: "% exact",
    better: "higher",
  },
  {
    id: "ar/scan/add-jump",
    paper: "SCAN, add-jump split: 1.2 % the best in Lake & Baroni 2018 (arXiv:1711.00350); as it comes out",
    unit: "% exact",
    better: "higher",
  },
  {
    id: "eval/mnist/classifier",
    paper: "no paper: the features that samples of MNIST are compared in; share of test digits named right",
    target: 99,
    unit: "% correct",
    better: "higher",
  },
  {
    id: "eval/glyphs/classifier",
    paper:
      "no paper: the features that glyphs are compared in; share of letters of unseen typefaces named right, o and O apart",
    unit: "% correct",
    better: "higher",
  },
];

/** @throws GenError `option` with the nearest id if there is no such row */
export function entryOf(id: string): Entry {
  const entry = ledger.find((line) => line.id === id);
  if (entry !== undefined) return entry;
  const ids = ledger.map((line) => line.id);
  const near = nearestName(id, ids);
  throw new GenError("option", `repro: expected the id of a row, got "${id}"`, {
    fix: near === undefined ? `use one of ${ids.join(", ")}` : `did you mean ${near}?`,
  });
}

/** Whether `value` reaches the target of an entry; undefined where there is none. */
export function reaches({ target, better }: Entry, value: number): boolean | undefined {
  if (target === undefined) return undefined;
  return better === "lower" ? value < target : value >= target;
}
