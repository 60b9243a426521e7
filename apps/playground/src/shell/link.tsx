/** @file A link to a page of this site: the address changes and nothing is fetched twice. */
import type { MouseEvent, ReactNode } from "react";
import { goTo } from "../url-state.js";
import { PAGES, type PageName } from "./pages.js";

const [HOME] = Object.keys(PAGES);

export interface LinkProps {
  readonly page: PageName;
  /** Settings of that page. */
  readonly with?: Readonly<Record<string, string>>;
  readonly isCurrent?: boolean;
  readonly className?: string;
  readonly children: ReactNode;
}

/** The address of a page. */
export function addressOfPage(page: PageName, settings: Readonly<Record<string, string>> = {}): string {
  const params = new URLSearchParams({ ...(page === HOME ? {} : { page }), ...settings });
  return `?${params.toString()}`;
}

export function Link({ page, with: settings, isCurrent = false, className, children }: LinkProps) {
  const address = addressOfPage(page, settings);
  const follow = (event: MouseEvent): void => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    goTo(address);
  };
  return (
    <a href={address} className={className} onClick={follow} {...(isCurrent && { "aria-current": "page" as const })}>
      {children}
    </a>
  );
}
