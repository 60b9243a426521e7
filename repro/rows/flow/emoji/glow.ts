/** @file Glow on emoji of 32 × 32 pixels in colour. Kingma & Dhariwal 2018, arXiv:1807.03039. */
import { emojiPictures } from "../../../src/flow-row.js";
import { glowRow } from "../../../src/image-flow-row.js";

export const row = glowRow({ id: "flow/emoji/glow", pictures: emojiPictures, shape: [3, 32, 32] });
