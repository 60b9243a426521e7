/** @file The digits of MNIST, as models of the page take them. */

export const SIDE = 28;
export const DIGITS = [1, SIDE, SIDE] as const;
/** The class that stands for none. */
export const NO_DIGIT = 10;
/** One picture without ink. */
export const BLANK: Float32Array = new Float32Array(SIDE * SIDE);
