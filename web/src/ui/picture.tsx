import type { Picture as Made } from "../api/catalogue";
import { Icon } from "./icon";
import "./picture.css";

function NoPicture() {
  return (
    <div class="picture picture-none">
      <Icon name="picture" />
    </div>
  );
}

/** A small picture beside words that say the same, where only its path is known. */
export function SmallPicture({ path }: { path: string | undefined }) {
  if (!path) return <NoPicture />;
  return (
    <div class="picture">
      <img src={path} width={160} height={160} alt="" loading="lazy" decoding="async" />
    </div>
  );
}

/** A picture of a shop in the sizes that the marketplace has made of it, in a square of its colour until it is there. */
export function Picture({
  picture,
  sizes,
  alt,
  eager = false,
}: {
  picture: Made | undefined;
  sizes: string;
  /** Instead of the shop's own words for it; "" where a text beside it says the same. */
  alt?: string;
  eager?: boolean;
}) {
  const largest = picture?.media.at(-1);
  if (!picture || !largest) return <NoPicture />;
  const set = (kind: "webp" | "jpeg") => picture.media.map((one) => `${one[kind]} ${one.width}w`).join(", ");
  return (
    <picture class="picture" style={{ backgroundColor: picture.colour }}>
      <source type="image/webp" srcset={set("webp")} sizes={sizes} />
      <img
        src={largest.jpeg}
        srcset={set("jpeg")}
        sizes={sizes}
        width={picture.width}
        height={picture.height}
        alt={alt ?? picture.altText}
        loading={eager ? "eager" : "lazy"}
        decoding="async"
      />
    </picture>
  );
}
