/** @file Formulae as MathML, which browsers set by themselves. */

type Part = string;

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** A letter, or a name such as log. */
export const i = (name: string): Part => `<mi>${escaped(name)}</mi>`;
export const n = (value: string): Part => `<mn>${value}</mn>`;
export const o = (sign: string): Part => `<mo>${escaped(sign)}</mo>`;
export const row = (...parts: readonly Part[]): Part => `<mrow>${parts.join("")}</mrow>`;
export const sub = (base: Part, below: Part): Part => `<msub>${base}${below}</msub>`;
export const sup = (base: Part, above: Part): Part => `<msup>${base}${above}</msup>`;
export const under = (base: Part, below: Part): Part => `<munder>${base}${below}</munder>`;
export const frac = (above: Part, below: Part): Part => `<mfrac>${above}${below}</mfrac>`;
/** f(x), p(x | z) */
export const of = (f: Part, ...args: readonly Part[]): Part => row(f, o("("), ...args, o(")"));
export const square = (...parts: readonly Part[]): Part => row(o("["), ...parts, o("]"));
export const given = (a: Part, b: Part): Part => row(a, o("|"), b);
export const formula = (...parts: readonly Part[]): string => `<math display="block">${row(...parts)}</math>`;
