/** @file Where an address without a page leads: what there is to see. */
import { Link } from "../shell/link.js";
import { PAGES, type Page, type PageName } from "../shell/pages.js";

export function HomePage() {
  const pages = Object.entries(PAGES as Record<PageName, Page>).filter(([, { group }]) => group !== "start");
  return (
    <>
      <h1>Generative models, in this page</h1>
      <p className="lead">
        Every model here is an ONNX graph that ONNX Runtime runs in your browser; training one is a graph too.
      </p>
      <ul className="doors">
        {pages.map(([name, { title }]) => (
          <li key={name}>
            <Link page={name as PageName}>{title}</Link>
          </li>
        ))}
      </ul>
    </>
  );
}
