import { useState } from "preact/hooks";
import type { Picture as Made } from "../../api/catalogue";
import { useText } from "../../text/messages";
import { Picture } from "../../ui/picture";
import "./gallery.css";

const SIZES = "(min-width: 80rem) 36rem, (min-width: 52rem) 50vw, 92vw";

/** One picture large, the others to be chosen. */
export function Gallery({ pictures }: { pictures: readonly Made[] }) {
  const { text } = useText();
  const [at, setAt] = useState(0);
  return (
    <section class="gallery" aria-label={text.product.pictures}>
      <Picture key={at} picture={pictures[at]} sizes={SIZES} eager />
      {pictures.length > 1 && (
        <ul>
          {pictures.map((picture, index) => (
            <li key={picture.id}>
              <button
                type="button"
                aria-label={text.product.picture(index + 1, pictures.length)}
                aria-pressed={index === at}
                onClick={() => setAt(index)}
              >
                <Picture picture={picture} alt="" sizes="5rem" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
