/**
 * @file How weights start, so that signals keep their size through the layers: functions of how many inputs a unit has
 * (fanIn) and how many units an input reaches (fanOut). A uniform law U(±l) has the variance l²/3.
 */
import { constantInit, normalInit, uniformInit, type Initializer } from "../ir/initializer.js";

export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

export type WeightInit = (fans: Fans) => Initializer;

const uniformWithin = (limit: number): Initializer => uniformInit(-limit, limit);

/**
 * Law of variance 2 / fanIn: keeps the size of activations through relu layers.
 *
 * @see He, Zhang, Ren & Sun 2015, "Delving Deep into Rectifiers", eq. 10. arXiv:1502.01852
 */
export const heNormal: WeightInit = ({ fanIn }) => normalInit({ std: Math.sqrt(2 / fanIn) });

/** The uniform law of variance 2 / fanIn; see {@link heNormal}. */
export const heUniform: WeightInit = ({ fanIn }) => uniformWithin(Math.sqrt(6 / fanIn));

/**
 * Law of variance 2 / (fanIn + fanOut): a compromise between activations and gradients, for tanh and linear layers.
 *
 * @see Glorot & Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks", eq. 12
 */
export const glorotNormal: WeightInit = ({ fanIn, fanOut }) => normalInit({ std: Math.sqrt(2 / (fanIn + fanOut)) });

/** The uniform law of variance 2 / (fanIn + fanOut); see {@link glorotNormal}, eq. 16. */
export const glorotUniform: WeightInit = ({ fanIn, fanOut }) => uniformWithin(Math.sqrt(6 / (fanIn + fanOut)));

/**
 * Law of variance 1 / fanIn.
 *
 * @see LeCun, Bottou, Orr & Müller 1998, "Efficient BackProp", §4.6
 */
export const lecunNormal: WeightInit = ({ fanIn }) => normalInit({ std: Math.sqrt(1 / fanIn) });

/** The uniform law of variance 1 / fanIn; see {@link lecunNormal}. */
export const lecunUniform: WeightInit = ({ fanIn }) => uniformWithin(Math.sqrt(3 / fanIn));

/** U(±1/√fanIn), of variance 1 / (3 fanIn): what PyTorch's linear and convolution layers start from, biases too. */
export const torchUniform: WeightInit = ({ fanIn }) => uniformWithin(1 / Math.sqrt(fanIn));

/** Zeros: for a last layer that shall give its bias at first. */
export const zeroWeights: WeightInit = () => constantInit(0);

/** How a bias starts when nobody says: as PyTorch's beside {@link torchUniform}, at 0 beside any other law. */
export function biasInit(init: WeightInit, fans: Fans): Initializer {
  return init === torchUniform ? torchUniform(fans) : constantInit(0);
}
