import { useWords } from "../../text/rooms";

const STARS = [1, 2, 3, 4, 5];
const STAR = "m12 3.6 2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9-4.3-4.1 5.9-.8Z";

/** One to five stars: native radio buttons, which the arrow keys walk through. */
export function RatingField({ begin, wrong }: { begin: number; wrong: string | undefined }) {
  const { said } = useWords("reviewing");
  return (
    <fieldset class="rating-field" aria-describedby={wrong ? "rating-wrong" : undefined}>
      <legend>{said.rating}</legend>
      <div class="rating-stars">
        {STARS.map((count) => (
          <label key={count}>
            <input
              type="radio"
              name="rating"
              value={count}
              defaultChecked={count === begin}
              aria-invalid={wrong ? "true" : undefined}
            />
            <svg viewBox="0 0 24 24" aria-hidden="true">
              <path d={STAR} />
            </svg>
            <span class="unseen">{said.stars(count)}</span>
          </label>
        ))}
      </div>
      {wrong && (
        <p class="field-wrong" id="rating-wrong">
          {wrong}
        </p>
      )}
    </fieldset>
  );
}
