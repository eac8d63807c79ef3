import { qrOf } from "./qr";
import "./qr_code.css";

// Light around it, so that cameras find it.
const QUIET = 4;

/** A text for cameras: dark on light in every theme. */
export function QrCode({ value, label }: { value: string; label: string }) {
  const rows = qrOf(value);
  const size = rows.length + 2 * QUIET;
  const path = rows
    .flatMap((row, y) =>
      [...row].map((cell, x) => (cell === "1" ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : "")),
    )
    .join("");
  return (
    <svg
      class="qr"
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={label}
      shape-rendering="crispEdges"
    >
      <rect width={size} height={size} />
      <path d={path} />
    </svg>
  );
}
