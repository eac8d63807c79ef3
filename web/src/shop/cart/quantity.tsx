import { MOST } from "../../api/cart";
import { useWords } from "../../text/rooms";
import { Icon } from "../../ui/icon";
import "./quantity.css";

/** One more, one less, or a number. */
export function Quantity({
  title,
  value,
  onChange,
}: {
  title: string;
  value: number;
  onChange: (value: number) => void;
}) {
  const { said } = useWords("cart");
  return (
    <div class="quantity">
      <button
        type="button"
        aria-label={said.fewer(title)}
        disabled={value <= 1}
        onClick={() => onChange(value - 1)}
      >
        <Icon name="minus" />
      </button>
      <input
        type="text"
        inputMode="numeric"
        autocomplete="off"
        aria-label={`${said.quantity}: ${title}`}
        value={value}
        onChange={(event) => {
          const written = Math.trunc(Number(event.currentTarget.value));
          const sound = written >= 1 ? Math.min(written, MOST) : value;
          event.currentTarget.value = String(sound);
          if (sound !== value) onChange(sound);
        }}
      />
      <button
        type="button"
        aria-label={said.more(title)}
        disabled={value >= MOST}
        onClick={() => onChange(value + 1)}
      >
        <Icon name="plus" />
      </button>
    </div>
  );
}
