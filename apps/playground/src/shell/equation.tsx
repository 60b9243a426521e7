/** @file An equation in a line: what stands in braces after _ is set below it. */
import type { ReactNode } from "react";

export function Equation({ text, children }: { readonly text: string; readonly children?: ReactNode }) {
  const parts = text.split(/_\{([^}]*)\}/);
  return (
    <p className="equation">
      {parts.map((part, i) => (i % 2 === 0 ? part : <sub key={i}>{part}</sub>))} {children}
    </p>
  );
}
