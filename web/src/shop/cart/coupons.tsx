import { useState } from "preact/hooks";
import type { RefusedCoupon } from "../../api/orders";
import { useWords } from "../../text/rooms";
import { Field } from "../../ui/field";
import { Icon } from "../../ui/icon";
import { wordsOf } from "../../ui/problem";
import "./coupons.css";

const MOST = 5;
const SHAPE = /^[A-Za-z0-9-]{3,40}$/;

/** Codes that are to take something off, each with what becomes of it. */
export function Coupons({
  codes,
  refused,
  isQuoted,
  put,
}: {
  codes: readonly string[];
  refused: readonly RefusedCoupon[];
  isQuoted: boolean;
  put: (codes: string[]) => Promise<unknown>;
}) {
  const { said, text, format } = useWords("cart");
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const same = (one: string, other: string) => one.toUpperCase() === other.toUpperCase();

  const send = async (next: string[]) => {
    setBusy(true);
    setWrong("");
    try {
      await put(next);
      return true;
    } catch (problem) {
      setWrong(wordsOf(problem, text));
      return false;
    } finally {
      setBusy(false);
    }
  };
  const add = async (form: HTMLFormElement) => {
    const code = String(new FormData(form).get("code")).trim();
    if (!SHAPE.test(code)) return setWrong(said.couponShape);
    if (codes.length >= MOST) return setWrong(said.couponMany);
    if (await send([...codes.filter((one) => !same(one, code)), code])) form.reset();
  };
  const whyOf = (one: RefusedCoupon) =>
    one.minimum ? said.couponMinimum(format.money(one.minimum)) : said.couponWhy[one.why];

  return (
    <div class="coupons">
      <ul>
        {codes.map((code) => {
          const why = refused.find((one) => same(one.code, code));
          return (
            <li key={code} data-refused={why !== undefined}>
              <strong>{code.toUpperCase()}</strong>
              <span role="status">{why ? whyOf(why) : !isQuoted && said.couponLater}</span>
              <button
                type="button"
                aria-label={said.couponRemove(code.toUpperCase())}
                onClick={() => void send(codes.filter((one) => one !== code))}
              >
                <Icon name="close" />
              </button>
            </li>
          );
        })}
      </ul>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) void add(event.currentTarget);
        }}
      >
        <Field
          name="code"
          label={said.coupon}
          hint={said.couponHint}
          autocomplete="off"
          wrong={wrong || undefined}
        />
        <button type="submit" class="button" aria-disabled={busy}>
          {said.couponAdd}
        </button>
      </form>
    </div>
  );
}
