/** A thing to know: its name and what it is, for a list of such. */
import type { ComponentChildren } from "preact";

export function Fact({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </div>
  );
}
