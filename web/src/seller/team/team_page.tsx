import { useQuery } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { api, type Schemas } from "../../api/client";
import { useAccount } from "../../session/mine";
import { useWords } from "../../text/rooms";
import { Confirm } from "../../ui/confirm";
import { ConsolePage } from "../../ui/console_page";
import { ListRoom } from "../../ui/list_room";
import { Table } from "../../ui/table";
import { ActButton } from "../act_button";
import { mine } from "../mine";
import { useShop } from "../shop";
import { InviteDialog, MemberDialog } from "./member_dialogs";

export type Member = Schemas["Member"];

/** Who works in the shop, and who was asked to. */
export function TeamPage() {
  const { said, format } = useWords("shopkeeping");
  const shop = useShop();
  const { account } = useAccount();
  const [inviting, setInviting] = useState(false);
  const [changing, setChanging] = useState<Member>();
  const [removing, setRemoving] = useState<Member>();
  const path = { sellerId: shop.id };
  const members = useQuery({
    queryKey: ["mine", "seller", shop.id, "members"],
    queryFn: () => mine(() => api.GET("/v1/sellers/{sellerId}/members", { params: { path } })),
  });
  const mayWrite = shop.may("members.write");
  const rows = members.data?.members ?? [];
  // Roles above staff are an owner's to give and to take.
  const mayTouch = (one: Member) =>
    mayWrite && one.accountId !== account?.id && (one.role === "staff" || shop.may("sellers.control"));
  return (
    <ConsolePage
      heading={said.team}
      acts={
        mayWrite && (
          <button type="button" class="button button-main" onClick={() => setInviting(true)}>
            {said.invite}
          </button>
        )
      }
    >
      <ListRoom list={members} count={rows.length}>
        <Table
          caption={said.team}
          rows={rows}
          idOf={(one) => one.accountId}
          columns={[
            { key: "name", name: said.name, head: true, cell: (one) => one.displayName },
            { key: "role", name: said.roleIs, cell: (one) => said.role[one.role] ?? one.role },
            { key: "since", name: said.since, cell: (one) => format.date(one.createTime) },
            {
              key: "acts",
              name: "",
              end: true,
              cell: (one) =>
                mayTouch(one) && (
                  <span class="acts">
                    {shop.may("sellers.control") && (
                      <button
                        type="button"
                        class="button button-small"
                        aria-label={said.roleOf(one.displayName)}
                        onClick={() => setChanging(one)}
                      >
                        {said.changeRole}
                      </button>
                    )}
                    <button
                      type="button"
                      class="button button-small"
                      aria-label={said.removeOf(one.displayName)}
                      onClick={() => setRemoving(one)}
                    >
                      {said.remove}
                    </button>
                  </span>
                ),
            },
          ]}
        />
      </ListRoom>
      <Invitations inviting={inviting} close={() => setInviting(false)} />
      {changing && (
        <MemberDialog
          member={changing}
          done={() => void members.refetch()}
          close={() => setChanging(undefined)}
        />
      )}
      {removing && (
        <Confirm
          heading={said.removeOf(removing.displayName)}
          hint={said.removeMemberHint}
          press={said.remove}
          keep={said.keep}
          reasons={said.memberReasons}
          act={() => {
            const params = {
              path: { ...path, accountId: removing.accountId },
              header: { "If-Match": removing.etag },
            };
            return mine(() => api.DELETE("/v1/sellers/{sellerId}/members/{accountId}", { params })).finally(
              () => void members.refetch(),
            );
          }}
          close={() => setRemoving(undefined)}
        />
      )}
    </ConsolePage>
  );
}

function Invitations({ inviting, close }: { inviting: boolean; close: () => void }) {
  const { said, format } = useWords("shopkeeping");
  const shop = useShop();
  const path = { sellerId: shop.id };
  const asked = useQuery({
    queryKey: ["mine", "seller", shop.id, "invitations"],
    enabled: shop.may("members.write"),
    queryFn: () => mine(() => api.GET("/v1/sellers/{sellerId}/invitations", { params: { path } })),
  });
  const rows = asked.data?.invitations ?? [];
  const renew = () => void asked.refetch();
  return (
    <>
      {rows.length > 0 && (
        <section class="panel">
          <h2>{said.invitations}</h2>
          <Table
            caption={said.invitations}
            rows={rows}
            idOf={(one) => one.id}
            columns={[
              { key: "email", name: said.email, head: true, cell: (one) => one.email },
              { key: "role", name: said.roleIs, cell: (one) => said.role[one.role] ?? one.role },
              { key: "until", name: said.goodUntil, cell: (one) => format.time(one.expireTime) },
              {
                key: "acts",
                name: "",
                end: true,
                cell: (one) => (
                  <ActButton
                    look="button-small"
                    act={() =>
                      mine(() =>
                        api.DELETE("/v1/sellers/{sellerId}/invitations/{invitationId}", {
                          params: { path: { ...path, invitationId: one.id } },
                        }),
                      )
                    }
                    done={renew}
                  >
                    {said.takeBack}
                  </ActButton>
                ),
              },
            ]}
          />
        </section>
      )}
      {inviting && <InviteDialog done={renew} close={close} />}
    </>
  );
}
