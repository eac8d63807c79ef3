import { useState } from "preact/hooks";
import { api, type Schemas } from "../../api/client";
import { useWords } from "../../text/rooms";
import { Confirm } from "../../ui/confirm";
import { ConsolePage } from "../../ui/console_page";
import { ListRoom } from "../../ui/list_room";
import { Table } from "../../ui/table";
import { mine, usePages } from "../mine";
import { useShop } from "../shop";
import { KeyDialog } from "./key_dialog";

type ApiKey = Schemas["ApiKey"];

/** What programs come in with, in the name of the shop. */
export function KeysPage() {
  const { said, format } = useWords("shopkeeping");
  const shop = useShop();
  const [isNew, setNew] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey>();
  const { list, rows } = usePages(
    ["seller", shop.id, "keys"],
    (page) =>
      api.GET("/v1/sellers/{sellerId}/apiKeys", {
        params: { path: { sellerId: shop.id }, query: { pageSize: 50, ...page } },
      }),
    (page) => page.apiKeys,
  );
  return (
    <ConsolePage
      heading={said.keys}
      lead={said.keysLead}
      acts={
        <button type="button" class="button button-main" onClick={() => setNew(true)}>
          {said.newKey}
        </button>
      }
    >
      <ListRoom list={list} count={rows.length} empty={{ heading: said.noKeys }}>
        <Table
          caption={said.keys}
          rows={rows}
          idOf={(one) => one.id}
          columns={[
            { key: "name", name: said.name, head: true, cell: (one) => one.name },
            { key: "prefix", name: said.begins, cell: (one) => <code>{one.prefix}</code> },
            {
              key: "may",
              name: said.may,
              cell: (one) => one.permissions.map((each) => said.permission[each] ?? each).join(", "),
            },
            {
              key: "used",
              name: said.lastUse,
              cell: (one) => (one.lastUseTime ? format.time(one.lastUseTime) : said.never),
            },
            { key: "until", name: said.goodUntil, cell: (one) => format.date(one.expireTime) },
            {
              key: "acts",
              name: "",
              end: true,
              cell: (one) => (
                <button
                  type="button"
                  class="button button-small"
                  aria-label={said.revokeOf(one.name)}
                  onClick={() => setRevoking(one)}
                >
                  {said.revoke}
                </button>
              ),
            },
          ]}
        />
      </ListRoom>
      {isNew && <KeyDialog done={() => void list.refetch()} close={() => setNew(false)} />}
      {revoking && (
        <Confirm
          heading={said.revokeOf(revoking.name)}
          hint={said.revokeHint}
          press={said.revoke}
          keep={said.keep}
          act={() =>
            mine(() =>
              api.DELETE("/v1/sellers/{sellerId}/apiKeys/{apiKeyId}", {
                params: { path: { sellerId: shop.id, apiKeyId: revoking.id } },
              }),
            ).finally(() => void list.refetch())
          }
          close={() => setRevoking(undefined)}
        />
      )}
    </ConsolePage>
  );
}
