import { useMutation } from "@tanstack/preact-query";
import { useRef } from "preact/hooks";
import { useText } from "../../text/messages";
import { useReviewingText } from "../../text/reviewing";
import { Icon } from "../../ui/icon";
import { Picture } from "../../ui/picture";
import { wordsOf } from "../../ui/problem";
import { MOST_PICTURES, type ReviewPicture, upload } from "./reviewing";

/** Up to four pictures beside a review, uploaded as they are chosen. */
export function Pictures({
  pictures,
  change,
}: {
  pictures: readonly ReviewPicture[];
  change: (pictures: readonly ReviewPicture[]) => void;
}) {
  const { text } = useText();
  const here = useReviewingText();
  const input = useRef<HTMLInputElement>(null);
  const adding = useMutation({
    mutationFn: upload,
    onSuccess: (made) => change([...pictures.filter((one) => one.id !== made.id), made]),
  });
  return (
    <fieldset class="pictures-field">
      <legend>{here.pictures}</legend>
      <p class="field-hint">{here.picturesHint}</p>
      <ul>
        {pictures.map((one, index) => (
          <li key={one.id}>
            <Picture picture={one} sizes="6rem" alt={one.altText || here.picture(index + 1)} />
            <button
              type="button"
              class="pictures-remove"
              aria-label={here.removePicture(index + 1)}
              onClick={() => change(pictures.filter((each) => each.id !== one.id))}
            >
              <Icon name="close" />
            </button>
          </li>
        ))}
      </ul>
      <p class={adding.isError ? "field-wrong" : "quiet"} role="status">
        {adding.isPending && here.uploading}
        {adding.isError && wordsOf(adding.error, text, here.reasons)}
      </p>
      {pictures.length < MOST_PICTURES && (
        <>
          <input
            ref={input}
            type="file"
            hidden
            accept="image/jpeg,image/png,image/webp,image/avif"
            onChange={(event) => {
              const file = event.currentTarget.files?.[0];
              if (file) adding.mutate(file);
              event.currentTarget.value = "";
            }}
          />
          <button
            type="button"
            class="button"
            disabled={adding.isPending}
            onClick={() => input.current?.click()}
          >
            <Icon name="picture" />
            {here.addPicture}
          </button>
        </>
      )}
    </fieldset>
  );
}
