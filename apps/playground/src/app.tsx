/** @file The frame of every page: what this is, and where one can go. */
import { Suspense, useEffect } from "react";
import { Guard } from "./shell/guard.js";
import { Link } from "./shell/link.js";
import { PAGES, type Page, type PageName } from "./shell/pages.js";
import { chooseScheme, useScheme } from "./shell/theme.js";
import { useAddress, useMisread } from "./url-state.js";

const NAMES = Object.keys(PAGES) as [PageName, ...PageName[]];
const ADDRESS = { page: NAMES } as const;

export function App() {
  const [{ page }] = useAddress(ADDRESS);
  const { title, View }: Page = PAGES[page];
  useEffect(() => {
    document.title = page === NAMES[0] ? "gen playground" : `${title} · gen playground`;
  }, [page, title]);
  return (
    <>
      <header className="top">
        <Link page="home" className="brand">
          gen
        </Link>
        <nav aria-label="Pages">
          <ul>
            {NAMES.map((name) => (
              <li key={name}>
                <Link page={name} isCurrent={name === page}>
                  {PAGES[name].title}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <SchemeButton />
      </header>
      <Misread />
      <Suspense fallback={<p className="status">Fetching this page …</p>}>
        <main>
          <Guard key={page}>
            <View />
          </Guard>
        </main>
        <Footer />
      </Suspense>
    </>
  );
}

/** What a link says that this page cannot read. */
function Misread() {
  const complaints = useMisread();
  if (complaints === "") return null;
  return (
    <div className="error" role="alert">
      <p>Not all of this link could be read; what the page begins with stands instead.</p>
      <ul>
        {complaints.split("\n").map((complaint) => (
          <li key={complaint}>{complaint}</li>
        ))}
      </ul>
    </div>
  );
}

/** Below a page when that is there, so that it does not jump. */
function Footer() {
  return (
    <footer>
      <p>
        All of it runs in this page, by ONNX Runtime on {threadsText()}. Nothing that you draw, type or drop leaves this
        machine.
      </p>
    </footer>
  );
}

/** Threads of wasm need memory that is shared, which browsers allow in pages that are isolated. */
function threadsText(): string {
  return window.crossOriginIsolated
    ? "several threads"
    : "one thread (threads are off: the host of this page does not isolate it)";
}

function SchemeButton() {
  const scheme = useScheme();
  const other = scheme === "dark" ? "light" : "dark";
  return (
    <button
      type="button"
      className="scheme"
      onClick={() => chooseScheme(other)}
      aria-label={`Show in ${other} colours`}
      title={`Show in ${other} colours`}
    >
      {scheme === "dark" ? "☀" : "☾"}
    </button>
  );
}
