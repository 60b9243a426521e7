/** @file The multi-scale RealNVP on emoji of 32 × 32 pixels in colour. Dinh, Sohl-Dickstein & Bengio 2017, arXiv:1605.08803. */
import { emojiPictures } from "../../../src/flow-row.js";
import { multiScaleRow } from "../../../src/image-flow-row.js";

export const row = multiScaleRow({ id: "flow/emoji/multi-scale", pictures: emojiPictures, shape: [3, 32, 32] });
