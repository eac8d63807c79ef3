import { useMutation } from "@tanstack/preact-query";
import { useRef, useState } from "preact/hooks";
import { useWords } from "../../text/rooms";
import { Picture } from "../../ui/picture";
import { wordsOf } from "../../ui/problem";
import { sendPicture } from "../send_file";
import { useShop } from "../shop";
import type { Picture as Made } from "./model";
import { moved } from "./order";
import "./pictures_field.css";

const MOST = 10;
const KINDS = "image/jpeg,image/png,image/webp,image/avif";

/** The pictures of a product, the first one first: added from files or by dropping them, moved by dragging or by buttons, each with its words. */
export function PicturesField({
  pictures,
  set,
}: {
  pictures: readonly Made[];
  set: (pictures: readonly Made[]) => void;
}) {
  const { said, text } = useWords("assortment");
  const shop = useShop();
  const input = useRef<HTMLInputElement>(null);
  const [dragged, setDragged] = useState("");
  const adding = useMutation({
    mutationFn: async (files: readonly File[]) => {
      let all = pictures;
      // One after the other, in the order in which they were chosen; what is there once stays once.
      for (const file of files.slice(0, MOST - pictures.length)) {
        const made = await sendPicture(shop.id, file, "");
        all = [...all.filter((one) => one.id !== made.id), made];
        set(all);
      }
    },
  });
  const add = (files: FileList | null | undefined) => {
    if (files?.length && !adding.isPending) adding.mutate([...files]);
  };
  return (
    <fieldset
      class="pictures"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        add(event.dataTransfer?.files);
      }}
    >
      <legend class="unseen">{said.pictures}</legend>
      <ol>
        {pictures.map((one, index) => (
          <li
            key={one.id}
            draggable
            onDragStart={() => setDragged(one.id)}
            onDragOver={(event) => event.preventDefault()}
            onDrop={(event) => {
              if (!dragged) return;
              event.preventDefault();
              event.stopPropagation();
              set(moved(pictures, dragged, index));
              setDragged("");
            }}
          >
            <Picture picture={one} sizes="8rem" alt="" />
            <div>
              <label class="field">
                <span>{said.altText(index + 1)}</span>
                <input
                  value={one.altText}
                  maxLength={300}
                  onInput={(event) => {
                    const altText = event.currentTarget.value;
                    set(pictures.map((each) => (each.id === one.id ? { ...each, altText } : each)));
                  }}
                />
              </label>
              <div class="acts">
                <button
                  type="button"
                  class="button button-small"
                  aria-label={said.earlier(index + 1)}
                  disabled={index === 0}
                  onClick={() => set(moved(pictures, one.id, index - 1))}
                >
                  {said.up}
                </button>
                <button
                  type="button"
                  class="button button-small"
                  aria-label={said.later(index + 1)}
                  disabled={index === pictures.length - 1}
                  onClick={() => set(moved(pictures, one.id, index + 1))}
                >
                  {said.down}
                </button>
                <button
                  type="button"
                  class="button button-small"
                  aria-label={said.removePicture(index + 1)}
                  onClick={() => set(pictures.filter((each) => each.id !== one.id))}
                >
                  {said.remove}
                </button>
              </div>
            </div>
          </li>
        ))}
      </ol>
      <p class={adding.isError ? "field-wrong" : "quiet"} role="status">
        {adding.isPending && said.uploading}
        {adding.isError && wordsOf(adding.error, text, said.pictureReasons)}
      </p>
      {pictures.length < MOST && (
        <div class="acts">
          <input
            ref={input}
            type="file"
            hidden
            multiple
            accept={KINDS}
            onChange={(event) => {
              add(event.currentTarget.files);
              event.currentTarget.value = "";
            }}
          />
          <button type="button" class="button button-small" onClick={() => input.current?.click()}>
            {said.addPictures}
          </button>
        </div>
      )}
      <p class="field-hint">{said.picturesHint}</p>
    </fieldset>
  );
}
