/** What scrolls in the page: named, and reachable by keyboard, or only a mouse could see all of it. */
import type { ComponentChildren, Ref } from "preact";

interface ScrollProps {
  readonly label: string;
  readonly class: string;
  readonly children: ComponentChildren;
  readonly box?: Ref<HTMLElement>;
  readonly onScroll?: () => void;
}

export function Scroll({ label, class: name, children, box, onScroll }: ScrollProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <section class={name} aria-label={label} tabIndex={0} {...(box && { ref: box })} {...(onScroll && { onScroll })}>
      {children}
    </section>
  );
}
