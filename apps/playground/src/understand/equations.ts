/** @file What each family minimises or maximises, as its paper writes it. */
import { formula, frac, given, i, n, o, of, row, square, sub, sup, under } from "./math.js";

export interface Equation {
  /** MathML. */
  readonly math: string;
  /** The same in words. */
  readonly says: string;
  readonly paper: string;
  readonly link: string;
}

const [x, z, log, E, p, q, D, G] = [i("x"), i("z"), i("log"), i("𝔼"), i("p"), i("q"), i("D"), i("G")];
const Gz = of(G, z);

export const EQUATIONS: Readonly<Record<string, Equation>> = {
  vae: {
    math: formula(
      ...[log, of(p, x), o("≥"), sub(E, of(q, given(z, x))), square(log, of(p, given(x, z)))],
      ...[o("−"), of(i("KL"), of(q, given(z, x)), o("‖"), of(p, z))],
    ),
    says: "A code z that says what x is, paid for by how much it tells; together they bound log p from below.",
    paper: "Kingma & Welling 2014, equation 3",
    link: "arXiv:1312.6114",
  },
  gan: {
    math: formula(
      ...[under(i("min"), G), under(i("max"), D), sub(E, x), square(log, of(D, x)), o("+")],
      ...[sub(E, z), square(log, o("("), n("1"), o("−"), of(D, Gz), o(")"))],
    ),
    says: "A critic D tells data from samples; a generator G learns to be taken for data. No density anywhere.",
    paper: "Goodfellow et al. 2014, equation 1",
    link: "arXiv:1406.2661",
  },
  flow: {
    math: formula(
      ...[log, of(p, x), o("="), log, of(i("𝒩"), of(i("f"), x), o(";"), n("0"), o(","), i("I")), o("+"), log],
      ...[o("|"), i("det"), frac(row(o("∂"), i("f")), row(o("∂"), x)), o("|")],
    ),
    says: "A map f that can be undone carries data to noise; how it stretches space gives log p exactly.",
    paper: "Dinh, Krueger & Bengio 2015, equation 1; splines by Durkan et al. 2019",
    link: "arXiv:1410.8516",
  },
  diffusion: {
    math: formula(
      ...[under(i("min"), i("v")), sub(E, row(i("t"), o(","), x, o(","), i("ε")))],
      sup(
        row(o("‖"), of(i("v"), sub(x, i("t")), o(","), i("t")), o("−"), o("("), x, o("−"), i("ε"), o(")"), o("‖")),
        n("2"),
      ),
      ...[o(","), sub(x, i("t")), o("="), o("("), n("1"), o("−"), i("t"), o(")"), x, o("+"), i("t"), i("ε")],
    ),
    says: "Data are drowned in noise along straight lines; a network learns which way leads back.",
    paper: "Lipman et al. 2023, equation 23, with time from data to noise",
    link: "arXiv:2210.02747",
  },
  autoregressive: {
    math: formula(of(p, x), o("="), under(o("∏"), i("d")), of(p, given(sub(x, i("d")), sub(x, row(o("<"), i("d")))))),
    says: "One number after the other, each given those before it; masks let one network give all factors at once.",
    paper: "Germain et al. 2015, equation 3",
    link: "arXiv:1502.03509",
  },
};
