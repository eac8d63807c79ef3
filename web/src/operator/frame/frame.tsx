import { useMutation } from "@tanstack/preact-query";
import type { ComponentChildren } from "preact";
import { Suspense } from "preact/compat";
import { useLocation } from "wouter-preact";
import { signOut } from "../../api/session";
import { useAccount } from "../../session/mine";
import { useWords } from "../../text/rooms";
import { Boundary } from "../../ui/boundary";
import { ConsoleFrame } from "../../ui/console_frame";
import { Skeleton } from "../../ui/skeleton";
import { GROUPS, isWithin, PLACES, pathToList, placesFor, searched } from "../paths";
import { useMay } from "../rights";
import { Told } from "../told";
import "./frame.css";

/** What stands around every page: the menu of what this role may see, and the way to anything by what it is called. */
export function Frame({ children }: { children: ComponentChildren }) {
  const { said } = useWords("operator");
  const may = useMay();
  const [path, go] = useLocation();
  const names = placesFor(may);
  const menu = GROUPS.map((group) => ({
    ...(group !== "work" && { name: said.groups[group] }),
    links: names
      .filter((name) => PLACES[name].group === group)
      .map((name) => ({ to: PLACES[name].path, name: said.places[name], isHere: isWithin(path, name) })),
  })).filter(({ links }) => links.length > 0);
  // Numbers have digits, addresses an @; what is a page's name is no shop's.
  const isPage = (words: string) =>
    names.some((name) => said.places[name].toLowerCase().includes(words.toLowerCase()));
  const find = (words: string) => [
    ...(/[\d@]/.test(words) && may("listOrders")
      ? [{ id: "order", name: said.findOrder(words), act: () => go(pathToList("orders", searched(words))) }]
      : []),
    ...(words.includes("@") && may("listAccounts")
      ? [
          {
            id: "account",
            name: said.findAccount(words),
            act: () => go(pathToList("accounts", { email: words })),
          },
        ]
      : []),
    ...(words !== "" && !isPage(words) && may("listSellersForOperators")
      ? [
          {
            id: "seller",
            name: said.findSeller(words),
            act: () => go(pathToList("sellers", { name: words })),
          },
        ]
      : []),
  ];
  return (
    <ConsoleFrame name={said.name} home="/" menu={menu} find={find} aside={<Me />}>
      <Told>
        <Boundary page={path}>
          <Suspense fallback={<Skeleton shape="text" count={3} />}>{children}</Suspense>
        </Boundary>
      </Told>
    </ConsoleFrame>
  );
}

/** Who is signed in, as what, and the way out. */
function Me() {
  const { said, text } = useWords("operator");
  const { account } = useAccount();
  const leave = useMutation({ mutationFn: signOut });
  return (
    <>
      <span class="me">
        <span>{account?.email}</span>
        <small>{account?.roles.map((one) => said.role[one] ?? one).join(", ")}</small>
      </span>
      <button type="button" class="console-button" disabled={leave.isPending} onClick={() => leave.mutate()}>
        {text.menu.signOut}
      </button>
    </>
  );
}
