import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { sayReached } from "../api/reach";
import { Refusal } from "../api/refusal";
import { useText } from "../text/messages";
import { Combobox } from "../ui/combobox";
import { Confirm } from "../ui/confirm";
import { Dialog } from "../ui/dialog";
import { Done } from "../ui/done";
import { Empty } from "../ui/empty";
import { Facts } from "../ui/facts";
import { Field } from "../ui/field";
import { Icon } from "../ui/icon";
import { More } from "../ui/more";
import { OfflineBar } from "../ui/offline_bar";
import { Picture } from "../ui/picture";
import { Problem } from "../ui/problem";
import { QrCode } from "../ui/qr_code";
import { Select } from "../ui/select";
import { Send } from "../ui/send";
import { Skeleton } from "../ui/skeleton";
import { Stars } from "../ui/stars";
import { TextArea } from "../ui/text_area";
import { Versions } from "../ui/versions";
import "./parts.css";

const ICONS = [
  "search",
  "menu",
  "close",
  "next",
  "down",
  "person",
  "filter",
  "globe",
  "check",
  "picture",
  "bell",
  "heart",
  "shop",
] as const;
const TRACE = "0af7651916cd43dd8448eb211c80319c";
const nothing = () => {};

function Part({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <section class="part" aria-label={name}>
      <h2>{name}</h2>
      {children}
    </section>
  );
}

/** Each part of src/ui, in each of its states. */
export function Parts() {
  const { text } = useText();
  return (
    <main class="parts">
      <h1>{text.name}</h1>
      <Still />
      <Forms />
      <Dialogs />
    </main>
  );
}

function Still() {
  const { text, format } = useText();
  return (
    <>
      <Part name="icon">
        <p class="parts-row">
          {ICONS.map((name) => (
            <Icon key={name} name={name} />
          ))}
        </p>
      </Part>
      <Part name="stars">
        {[0, 125, 350, 500].map((hundredths) => (
          <Stars key={hundredths} hundredths={hundredths} />
        ))}
      </Part>
      <Part name="picture">
        <div class="parts-picture">
          <Picture picture={undefined} sizes="6rem" />
        </div>
      </Part>
      <Part name="facts">
        <Facts
          facts={[{ name: text.search.price, value: format.money({ amount: 1999, currency: "EUR" }) }]}
        />
      </Part>
      <Part name="skeleton">
        {(["line", "text", "card", "product"] as const).map((shape) => (
          <Skeleton key={shape} shape={shape} />
        ))}
      </Part>
      <Part name="empty">
        <Empty heading={text.search.none} hint={text.search.noneHint}>
          <a class="button button-main" href="#top">
            {text.problem.toHome}
          </a>
        </Empty>
      </Part>
      <Part name="problem">
        <Problem problem={new Refusal("UNAVAILABLE", { status: 503, traceId: TRACE })} retry={nothing} />
        <Problem problem={new Refusal("RATE_LIMITED", { status: 429, retryAfter: 30 })} retry={nothing} />
      </Part>
      <Part name="offline bar">
        <OfflineBar />
        <button type="button" class="button" onClick={() => sayReached(false)}>
          {text.problem.reasons.OFFLINE}
        </button>
      </Part>
      <Part name="more">
        <More list={{ hasNextPage: true, isFetchingNextPage: false, fetchNextPage: nothing }}>
          {text.search.more}
        </More>
        <More list={{ hasNextPage: true, isFetchingNextPage: true, fetchNextPage: nothing }}>
          {text.search.more}
        </More>
      </Part>
      <Part name="qr code">
        <QrCode value="https://shop.example/" label="qr" />
      </Part>
    </>
  );
}

function Forms() {
  const { text } = useText();
  const [words, setWords] = useState("");
  const label = text.enter.email;
  const wrong = text.problem.fault.email;
  const options = [
    { value: "a", label: text.search.orders.newest },
    { value: "b", label: text.search.orders.rating },
  ];
  return (
    <>
      <Part name="combobox">
        <Combobox
          name="q"
          label={text.search.label}
          placeholder={text.search.placeholder}
          listLabel={text.search.suggestions}
          value={words}
          choices={
            words
              ? [
                  { key: "1", label: `${words} 1` },
                  { key: "2", label: `${words} 2` },
                ]
              : []
          }
          onInput={setWords}
          onChoose={(one) => setWords(one.label)}
        />
      </Part>
      <Part name="field">
        <Field name="plain" label={label} />
        <Field name="hinted" label={label} hint={text.enter.nameHint} defaultValue="ada@shop.example" />
        <Field name="wrong" label={label} hint={text.enter.nameHint} wrong={wrong} defaultValue="ada" />
        <Field name="fixed" label={label} value="ada@shop.example" readOnly />
      </Part>
      <Part name="text area">
        <TextArea name="text" label={text.product.about} hint={text.enter.nameHint} />
        <TextArea name="text-wrong" label={text.product.about} wrong={text.problem.fault.missing} />
      </Part>
      <Part name="select">
        <Select
          name="select"
          label={text.search.sort}
          options={options}
          chosen="b"
          hint={text.search.rating}
        />
        <Select
          name="select-wrong"
          label={text.search.sort}
          options={options}
          wrong={text.problem.fault.missing}
        />
      </Part>
      <Part name="send">
        <Send busy={false} problem={undefined}>
          {text.enter.continue}
        </Send>
        <Send busy problem={undefined}>
          {text.enter.continue}
        </Send>
        <Send busy={false} problem={text.problem.other}>
          {text.enter.continue}
        </Send>
      </Part>
    </>
  );
}

type Shown = "" | "dialog" | "confirm" | "refused" | "versions" | "done";

function Dialogs() {
  const { text } = useText();
  const [shown, setShown] = useState<Shown>("");
  const close = () => setShown("");
  const words = { mine: "A", theirs: "B", keepMine: text.enter.continue, takeTheirs: text.problem.retry };
  return (
    <Part name="what comes and goes">
      <p class="parts-row">
        {(["dialog", "confirm", "refused", "versions", "done"] as const).map((one) => (
          <button key={one} type="button" class="button" onClick={() => setShown(one)}>
            {one}
          </button>
        ))}
      </p>
      {shown === "dialog" && (
        <Dialog heading={text.enter.codeHeading} close={close}>
          <p>{text.enter.codeHint}</p>
          <div class="dialog-acts">
            <button type="button" class="button" onClick={close}>
              {text.enter.continue}
            </button>
          </div>
        </Dialog>
      )}
      {(shown === "confirm" || shown === "refused") && (
        <Confirm
          heading={text.menu.signOut}
          press={text.menu.signOut}
          keep={text.problem.retry}
          act={() => (shown === "refused" ? Promise.reject(new Refusal("OFFLINE")) : Promise.resolve())}
          close={close}
        />
      )}
      {shown === "versions" && (
        <Versions
          heading={text.problem.heading}
          words={words}
          fields={[{ name: text.enter.name, mine: "Ada", theirs: "Augusta" }]}
          takeTheirs={close}
          keepMine={close}
        />
      )}
      {shown === "done" && (
        <Done heading={text.enter.codeHeading} hint={text.enter.codeHint} to="/" go={text.problem.toHome} />
      )}
    </Part>
  );
}
