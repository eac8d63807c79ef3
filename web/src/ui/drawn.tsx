import "./icon.css";

/** A drawing of one line on 24 × 24, beside a text that says the same: the icons of pages that not everybody goes to. */
export function Drawn({ path }: { path: string }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={path} />
    </svg>
  );
}
