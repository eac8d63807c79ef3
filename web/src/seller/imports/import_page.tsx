import { useMutation, useQuery } from "@tanstack/preact-query";
import { useLocation } from "wouter-preact";
import { api } from "../../api/client";
import { useWords } from "../../text/rooms";
import { Badge } from "../../ui/badge";
import { ConsolePage } from "../../ui/console_page";
import { Facts } from "../../ui/facts";
import { ListRoom } from "../../ui/list_room";
import { Problem, wordsOf } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { Table } from "../../ui/table";
import { ActButton } from "../act_button";
import { mine, usePages } from "../mine";
import { saveFile, sendImport } from "../send_file";
import { useShop } from "../shop";
import { cell, keepFile, keptFile, onlyLines } from "./file";
import { type Import, toneOf } from "./imports_page";
import "./import_page.css";

const SOON_MS = 1000;
const isUnderWay = (state: Import["state"] | undefined) => state === "PENDING" || state === "RUNNING";

/** How far an import is, and what is wrong with each row that it has refused. */
export function ImportPage({ id }: { id: string }) {
  const { said, format } = useWords("assortment");
  const shop = useShop();
  const path = { sellerId: shop.id, importId: id };
  const asked = useQuery({
    queryKey: ["mine", "import", id],
    queryFn: () => mine(() => api.GET("/v1/sellers/{sellerId}/imports/{importId}", { params: { path } })),
    refetchInterval: ({ state }) => (isUnderWay(state.data?.state) ? SOON_MS : false),
  });
  const one = asked.data;
  if (!one)
    return (
      <ConsolePage heading={said.report}>
        {asked.isError ? (
          <Problem problem={asked.error} retry={() => void asked.refetch()} />
        ) : (
          <Skeleton shape="line" count={5} />
        )}
      </ConsolePage>
    );
  return (
    <ConsolePage
      heading={one.dryRun ? said.dryReport : said.report}
      lead={format.time(one.createTime)}
      acts={<Earnest one={one} />}
    >
      <section class="panel">
        <p role="status">
          <Badge tone={toneOf(one)}>{said.importState[one.state]}</Badge>
        </p>
        {isUnderWay(one.state) && (
          <progress max={Math.max(1, one.bytes)} value={one.bytesRead} aria-label={said.howFar} />
        )}
        {one.failure && <p class="field-wrong">{one.failure.detail}</p>}
        <Facts
          facts={[
            { name: said.rows, value: format.number(one.rowsRead) },
            { name: said.created, value: format.number(one.rowsCreated) },
            { name: said.updated, value: format.number(one.rowsUpdated) },
            { name: said.unchanged, value: format.number(one.rowsUnchanged) },
            { name: said.failed, value: format.number(one.rowsFailed) },
          ]}
        />
      </section>
      {one.rowsFailed > 0 && <FailedRows key={one.state} one={one} />}
    </ConsolePage>
  );
}

/** A trial without a fault, made in earnest with the same file. */
function Earnest({ one }: { one: Import }) {
  const { said } = useWords("assortment");
  const shop = useShop();
  const [, go] = useLocation();
  const file = keptFile(one.id);
  if (!one.dryRun || one.state !== "DONE" || !file) return null;
  const send = async () => {
    const made = await sendImport(shop.id, file, false, `earnest-${one.id}`);
    keepFile(made.id, file);
    go(shop.to.import(made.id));
  };
  return (
    <ActButton look="button-main" act={send} reasons={said.importReasons}>
      {one.rowsFailed > 0 ? said.importRest : said.importAll}
    </ActButton>
  );
}

function FailedRows({ one }: { one: Import }) {
  const { said, text, format } = useWords("assortment");
  const shop = useShop();
  const path = { sellerId: shop.id, importId: one.id };
  const ask = (page: { pageToken?: string }) =>
    api.GET("/v1/sellers/{sellerId}/imports/{importId}/rows", {
      params: { path, query: { pageSize: 100, ...page } },
    });
  const { list, rows } = usePages(["import", one.id, "rows"], ask, (page) => page.rows);
  const file = keptFile(one.id);
  const save = useMutation({
    mutationFn: async () => {
      const all = [];
      let pageToken: string | undefined;
      do {
        const page = await mine(() => ask(pageToken ? { pageToken } : {}));
        all.push(...page.rows);
        pageToken = page.nextPageToken;
      } while (pageToken);
      // The rows themselves, to be mended and sent again; without the file, which they are and what is wrong.
      if (file) saveFile("refused.csv", onlyLines(await file.text(), new Set(all.map((row) => row.line))));
      else
        saveFile(
          "refused.csv",
          [
            ["line", "sku", "column", "why"],
            ...all.flatMap((row) =>
              row.problems.map((fault) => [row.line, row.sku ?? "", fault.field ?? "", fault.detail]),
            ),
          ]
            .map((cells) => `${cells.map(cell).join(",")}\r\n`)
            .join(""),
        );
    },
  });
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>{said.failedRows}</h2>
        <button
          type="button"
          class="button button-small"
          disabled={save.isPending}
          onClick={() => save.mutate()}
        >
          {file ? said.saveRows : said.saveList}
        </button>
      </div>
      <p class="field-wrong" role="alert">
        {save.isError && wordsOf(save.error, text)}
      </p>
      <ListRoom list={list} count={rows.length}>
        <Table
          caption={said.failedRows}
          rows={rows}
          idOf={(row) => String(row.line)}
          columns={[
            { key: "line", name: said.line, head: true, cell: (row) => format.number(row.line) },
            { key: "sku", name: said.sku, cell: (row) => row.sku ?? said.nothing },
            {
              key: "column",
              name: said.columnIs,
              cell: (row) => row.problems.map((fault) => fault.field ?? said.nothing).join(", "),
            },
            {
              key: "why",
              name: said.why,
              cell: (row) => row.problems.map((fault) => said.faultOf(fault.reason, fault.detail)).join(" "),
            },
          ]}
        />
      </ListRoom>
    </section>
  );
}
