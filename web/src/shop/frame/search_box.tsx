import { useQuery } from "@tanstack/preact-query";
import { useEffect, useState } from "preact/hooks";
import { useLocation, useSearch } from "wouter-preact";
import { suggestions } from "../../api/catalogue";
import { useText } from "../../text/messages";
import { type Choice, Combobox } from "../../ui/combobox";
import { Icon } from "../../ui/icon";
import { pathTo, readFilters } from "../paths";
import "./search_box.css";

const PAUSE_MS = 120;
const LEAST = 2;

type Suggested = Choice & { productId?: string };

/** The value, once it has stood still for a moment: nobody is asked for each letter of a fast writer. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

export function SearchBox() {
  const { text, language } = useText();
  const [, go] = useLocation();
  const said = readFilters(useSearch()).words;
  const [words, setWords] = useState(said);
  const [written, setWritten] = useState(false);
  useEffect(() => setWords(said), [said]);

  const settled = useSettled(words.trim());
  const found = useQuery({
    queryKey: ["suggestions", language, settled],
    queryFn: ({ signal }) => suggestions(language, settled, signal),
    enabled: written && settled.length >= LEAST,
  });
  const choices: Suggested[] = (written && settled.length >= LEAST ? (found.data ?? []) : []).map((one) => ({
    key: `${one.productId ?? ""}/${one.text}`,
    label: one.text,
    lang: one.textLanguage,
    ...(one.productId && { productId: one.productId, note: text.search.product }),
  }));

  const search = (what: string) => {
    setWritten(false);
    go(pathTo.search({ words: what.trim() }));
  };
  return (
    <search class="search-box">
      <form
        action={`/${language}/search`}
        onSubmit={(event) => {
          event.preventDefault();
          search(words);
        }}
      >
        <Combobox
          name="q"
          label={text.search.label}
          placeholder={text.search.placeholder}
          listLabel={text.search.suggestions}
          value={words}
          choices={choices}
          onInput={(value) => {
            setWritten(true);
            setWords(value);
          }}
          onChoose={(choice) => {
            setWords(choice.productId ? "" : choice.label);
            setWritten(false);
            if (choice.productId) go(pathTo.product(choice.productId, choice.label));
            else search(choice.label);
          }}
        />
        <button type="submit" aria-label={text.search.go}>
          <Icon name="search" />
        </button>
      </form>
    </search>
  );
}
