import type { ComponentChildren } from "preact";
import { useWords } from "../../text/rooms";
import { Attributes } from "./attributes";
import { Fields } from "./fields";
import { Maker } from "./maker";
import { Matrix } from "./matrix";
import type { Form } from "./model";
import { PicturesField } from "./pictures_field";
import { SafetyFields } from "./safety_fields";
import "./sheet.css";

/** All that is written of a product, in the order in which a buyer sees it. */
export function Sheet({
  form,
  set,
  wrong,
  isSaved,
  isKnown = () => false,
  isChecked,
  children,
}: {
  form: Form;
  set: (form: Form) => void;
  wrong: Readonly<Record<string, string>>;
  isSaved: (key: string) => boolean;
  isKnown?: (key: string) => boolean;
  isChecked: boolean;
  /** What comes below, where there is a product already. */
  children?: ComponentChildren;
}) {
  const { said } = useWords("assortment");
  return (
    <>
      <section class="panel">
        <h2>{said.words}</h2>
        <Fields form={form} set={set} wrong={wrong} />
      </section>
      <section class="panel">
        <h2>{said.pictures}</h2>
        <PicturesField pictures={form.pictures} set={(pictures) => set({ ...form, pictures })} />
      </section>
      <section class="panel">
        <h2>{said.variants}</h2>
        <Maker form={form} set={set} />
        <Matrix form={form} set={set} isSaved={isSaved} isKnown={isKnown} isChecked={isChecked} />
      </section>
      <section class="panel">
        <h2>{said.attributes}</h2>
        <Attributes form={form} set={set} />
      </section>
      <section class="panel">
        <h2>{said.safetyHeading}</h2>
        <SafetyFields form={form} set={set} />
      </section>
      {children}
    </>
  );
}
