import { useMutation } from "@tanstack/preact-query";
import { useRef } from "preact/hooks";
import { useWords } from "../../text/rooms";
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
  const { said, text } = useWords("reviewing");
  const input = useRef<HTMLInputElement>(null);
  const adding = useMutation({
    mutationFn: upload,
    onSuccess: (made) => change([...pictures.filter((one) => one.id !== made.id), made]),
  });
  return (
    <fieldset class="pictures-field">
      <legend>{said.pictures}</legend>
      <p class="field-hint">{said.picturesHint}</p>
      <ul>
        {pictures.map((one, index) => (
          <li key={one.id}>
            <Picture picture={one} sizes="6rem" alt={one.altText || said.picture(index + 1)} />
            <button
              type="button"
              class="pictures-remove"
              aria-label={said.removePicture(index + 1)}
              onClick={() => change(pictures.filter((each) => each.id !== one.id))}
            >
              <Icon name="close" />
            </button>
          </li>
        ))}
      </ul>
      <p class={adding.isError ? "field-wrong" : "quiet"} role="status">
        {adding.isPending && said.uploading}
        {adding.isError && wordsOf(adding.error, text, said.reasons)}
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
            {said.addPicture}
          </button>
        </>
      )}
    </fieldset>
  );
}
