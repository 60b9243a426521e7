import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.js";
import { startTheme } from "./shell/theme.js";
import "./style.css";

const { serviceWorker } = navigator as { readonly serviceWorker?: ServiceWorkerContainer }; // none where the page is not safe
if (import.meta.env.PROD) {
  window.addEventListener("load", () => {
    serviceWorker?.register(new URL("service-worker.js", document.baseURI)).catch(() => undefined); // it opens online then
  });
}

startTheme();
createRoot(document.getElementById("app")!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
