import { useState } from "preact/hooks";
import * as v from "valibot";
import { useWords } from "../../text/rooms";
import { Field } from "../../ui/field";
import { fault, useForm } from "../../ui/form";
import { Send } from "../../ui/send";
import { TextArea } from "../../ui/text_area";
import { Pictures } from "./picture_fields";
import { RatingField } from "./rating_field";
import type { ReviewPicture, Values } from "./reviewing";
import "./reviewing.css";

const line = (most: number) => v.pipe(v.string(), v.trim(), v.maxLength(most, fault("refused")));
const Entry = v.object({
  rating: v.pipe(v.optional(v.string(), ""), v.regex(/^[1-5]$/, fault("missing"))),
  title: line(120),
  text: line(5000),
  authorName: line(60),
});

/** What somebody thinks of something that has come. */
export function ReviewForm({
  begin,
  pictures: had,
  press,
  send,
}: {
  begin: Values;
  pictures: readonly ReviewPicture[];
  press: string;
  send: (values: Values, pictureIds: string[]) => Promise<void>;
}) {
  const { said, language } = useWords("reviewing");
  const [pictures, setPictures] = useState(had);
  const { form, onSubmit, busy, problem, wrong } = useForm(
    Entry,
    (values) =>
      send(
        { ...values, rating: Number(values.rating) },
        pictures.map((one) => one.id),
      ),
    said.reasons,
  );
  return (
    <form ref={form} onSubmit={onSubmit} method="post" noValidate>
      <RatingField begin={begin.rating} wrong={wrong.rating} />
      <Field name="title" label={said.title} defaultValue={begin.title} maxLength={120} wrong={wrong.title} />
      <TextArea
        name="text"
        label={said.text}
        hint={said.textHint}
        lang={language}
        defaultValue={begin.text}
        maxLength={5000}
        wrong={wrong.text}
      />
      <Pictures pictures={pictures} change={setPictures} />
      <Field
        name="authorName"
        label={said.author}
        hint={said.authorHint}
        autocomplete="nickname"
        defaultValue={begin.authorName}
        maxLength={60}
        wrong={wrong.authorName}
      />
      <Send busy={busy} problem={problem}>
        {press}
      </Send>
    </form>
  );
}
