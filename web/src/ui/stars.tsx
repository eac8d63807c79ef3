import { useText } from "../text/messages";
import "./stars.css";

const WHOLE = 5;
const STAR = "m12 3.6 2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9-4.3-4.1 5.9-.8Z";

/** What buyers think of something, in hundredths of a star. */
export function Stars({ hundredths }: { hundredths: number }) {
  const { text, format } = useText();
  const full = Math.round(hundredths / 50) * 0.5;
  return (
    <span class="stars" role="img" aria-label={text.reviews.average(format.stars(hundredths))}>
      {Array.from({ length: WHOLE }, (_, index) => {
        const share = Math.min(1, Math.max(0, full - index));
        return (
          <svg key={index} viewBox="0 0 24 24" aria-hidden="true" data-share={share}>
            <path class="star-empty" d={STAR} />
            {share > 0 && <path class="star-full" d={STAR} />}
          </svg>
        );
      })}
    </span>
  );
}
