/** @file Where an address without a page leads: something that moves, and what there is to see. */
import { Link } from "../shell/link.js";
import { PAGES, type Page, type PageName } from "../shell/pages.js";
import { Wave } from "./wave.js";
import "../play/play.css";

export function HomePage() {
  const pages = Object.entries(PAGES as Record<PageName, Page>).filter(([, { group }]) => group !== "start");
  return (
    <>
      <h1>Generative models, in this page</h1>
      <p className="lead">
        Every model here is an ONNX graph that ONNX Runtime runs in your browser; training one is a graph too. Below, a
        variational autoencoder of 533 typefaces draws the alphabet, each letter a little further on a walk through the
        typefaces that it imagines.
      </p>
      <Wave />
      <ul className="doors">
        {pages.map(([name, { title, about }]) => (
          <li key={name}>
            <Link page={name as PageName}>
              <strong>{title}</strong>
              <span>{about}</span>
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}
