/** @file Where an error of a page ends: a sentence and a way on, instead of a page that is gone. */
import { Component, type ReactNode } from "react";
import { ErrorText } from "./error-text.js";

interface GuardProps {
  readonly children: ReactNode;
}

export class Guard extends Component<GuardProps, { readonly error?: unknown }> {
  override readonly state: { readonly error?: unknown } = {};

  static getDerivedStateFromError(error: unknown): { readonly error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    if (!("error" in this.state)) return this.props.children;
    return <ErrorText error={this.state.error} retry={() => window.location.reload()} />;
  }
}
