import { useMutation } from "@tanstack/preact-query";
import { useRef, useState } from "preact/hooks";
import { Link, useLocation } from "wouter-preact";
import { api, type Schemas } from "../../api/client";
import { useWords } from "../../text/rooms";
import { Badge, type Tone } from "../../ui/badge";
import { ConsolePage } from "../../ui/console_page";
import { useKeys } from "../../ui/key";
import { ListRoom } from "../../ui/list_room";
import { wordsOf } from "../../ui/problem";
import { Send } from "../../ui/send";
import { Table } from "../../ui/table";
import { usePages } from "../mine";
import { sendImport } from "../send_file";
import { useShop } from "../shop";
import { keepFile } from "./file";

export type Import = Schemas["Import"];

export function toneOf({ state, rowsFailed }: Import): Tone {
  if (state === "FAILED" || rowsFailed > 0) return "bad";
  return state === "DONE" ? "good" : "wait";
}

/** Offers from a file, tried first or at once; and all of them into one. */
export function ImportsPage() {
  const { said, format } = useWords("assortment");
  const shop = useShop();
  const { list, rows } = usePages(
    ["seller", shop.id, "imports"],
    (page) =>
      api.GET("/v1/sellers/{sellerId}/imports", {
        params: { path: { sellerId: shop.id }, query: { pageSize: 20, ...page } },
      }),
    (page) => page.imports,
  );
  return (
    <ConsolePage heading={said.imports}>
      <Upload />
      <section class="panel">
        <h2>{said.export}</h2>
        <p class="quiet">{said.exportHint}</p>
        <a class="button" href={`/v1/sellers/${shop.id}/products:export`} download="products.csv">
          {said.exportAll}
        </a>
      </section>
      <section class="panel">
        <h2>{said.reports}</h2>
        <ListRoom list={list} count={rows.length} empty={{ heading: said.noReports }}>
          <Table
            caption={said.reports}
            rows={rows}
            idOf={(one) => one.id}
            columns={[
              {
                key: "time",
                name: said.time,
                head: true,
                cell: (one) => <Link href={shop.to.import(one.id)}>{format.time(one.createTime)}</Link>,
              },
              { key: "kind", name: said.kind, cell: (one) => (one.dryRun ? said.dryRun : said.realRun) },
              {
                key: "state",
                name: said.state,
                cell: (one) => <Badge tone={toneOf(one)}>{said.importState[one.state]}</Badge>,
              },
              { key: "rows", name: said.rows, end: true, cell: (one) => format.number(one.rowsRead) },
              { key: "failed", name: said.failed, end: true, cell: (one) => format.number(one.rowsFailed) },
            ]}
          />
        </ListRoom>
      </section>
    </ConsolePage>
  );
}

function Upload() {
  const { said, text } = useWords("assortment");
  const shop = useShop();
  const keys = useKeys();
  const [, go] = useLocation();
  const [isMissing, setMissing] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const sending = useMutation({
    mutationFn: async ({ file, dryRun }: { file: File; dryRun: boolean }) => {
      const key = keys.of([file.name, file.size, file.lastModified, dryRun]);
      const made = await sendImport(shop.id, file, dryRun, key);
      keys.answered();
      keepFile(made.id, file);
      go(shop.to.import(made.id));
    },
  });
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    if (!(event.currentTarget instanceof HTMLFormElement) || sending.isPending) return;
    const file = input.current?.files?.[0];
    setMissing(!file);
    const dryRun = new FormData(event.currentTarget).get("dryRun") !== null;
    if (file) sending.mutate({ file, dryRun });
  };
  return (
    <section class="panel">
      <h2>{said.import}</h2>
      <p class="quiet">{said.importHint}</p>
      <form class="form" onSubmit={send} noValidate>
        <label class="field">
          <span>{said.file}</span>
          <input
            ref={input}
            type="file"
            name="file"
            accept=".csv,text/csv"
            aria-invalid={isMissing ? "true" : undefined}
          />
        </label>
        <label class="check">
          <input type="checkbox" name="dryRun" defaultChecked />
          {said.tryFirst}
        </label>
        <Send
          busy={sending.isPending}
          problem={
            isMissing
              ? said.noFile
              : sending.isError
                ? wordsOf(sending.error, text, said.importReasons)
                : undefined
          }
        >
          {said.startImport}
        </Send>
      </form>
    </section>
  );
}
