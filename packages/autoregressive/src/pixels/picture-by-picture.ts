/** @file Sampling that runs the network on the whole picture for each pixel: what any network can do. */
import { iota, scan, splitKey, type Tensor } from "@gen/core";
import type { PixelSampling } from "./sampling.js";

/** @returns [n, C, H, W], encoded */
export function samplePictures({ network, law, context, key, start, known }: PixelSampling): Tensor {
  const [n, C, H, W] = start.shape as [number, number, number, number];
  const places = H * W;
  const order = iota(places, "i32");
  const first = start.reshape([n, C, places]);
  const { carry } = scan({ carry: [first], xs: [iota(places * law.colours, "i32")] }, ([y], [step]) => {
    const place = step!.div(law.colours);
    const params = network.forward(y!.reshape(start.shape), context);
    const here = params.reshape([n, -1, places]).gather(place, 2).unsqueeze(2); // [n, P, 1]
    const drawn = law.of(here).sample(splitKey(key, place)); //                    [n, C, 1]
    const isHere = order.equal(place).reshape([1, 1, places]);
    const colour = step!.sub(place.mul(law.colours));
    const isDrawn = law.colours === 1 ? isHere : isHere.and(iota(C, "i32").equal(colour).reshape([1, C, 1]));
    const isFree = known === undefined ? isDrawn : isDrawn.and(known.lessEqual(place).reshape([n, 1, 1]));
    return { carry: [isFree.where(drawn, y!)] };
  });
  return carry[0]!.reshape(start.shape);
}
