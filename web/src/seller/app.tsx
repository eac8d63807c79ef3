import { useQuery } from "@tanstack/preact-query";
import { Suspense } from "preact/compat";
import { Route, Switch, useLocation } from "wouter-preact";
import { useAccount } from "../session/mine";
import { useSessionNews } from "../session/news";
import { SignInHere } from "../session/sign_in_here";
import { useWords } from "../text/rooms";
import { Boundary } from "../ui/boundary";
import { ConsoleFrame } from "../ui/console_frame";
import { Problem } from "../ui/problem";
import { Skeleton } from "../ui/skeleton";
import { ChoicePage } from "./dashboard/choice_page";
import { Leave } from "./frame/leave";
import { NoPage } from "./frame/no_page";
import { ShopFrame } from "./frame/shop_frame";
import { pathsOf } from "./paths";
import { ROLES } from "./permissions";
import { OfShop, type Shop, sellerOf } from "./shop";
import "./seller.css";

export function App() {
  useSessionNews();
  const { said } = useWords("seller");
  const { account, isPending } = useAccount();
  const [path] = useLocation();
  const id = path.split("/")[1] ?? "";
  const membership = account?.sellers.find((one) => one.sellerId === id);
  if (account && membership) return <OfMember key={id} id={id} role={membership.role} />;
  return (
    <ConsoleFrame name={said.console} home="/" menu={[]} aside={account && <Leave />}>
      {isPending ? (
        <Skeleton shape="text" count={3} />
      ) : !account ? (
        <SignInHere />
      ) : (
        <Switch>
          <Route path="/">
            <ChoicePage members={account.sellers} />
          </Route>
          <Route>
            <NoPage />
          </Route>
        </Switch>
      )}
    </ConsoleFrame>
  );
}

function OfMember({ id, role }: { id: string; role: string }) {
  const { said } = useWords("seller");
  const [path] = useLocation();
  const asked = useQuery(sellerOf(id, role));
  const shop: Shop | undefined = asked.data && {
    id,
    seller: asked.data,
    role,
    may: (permission) => ROLES[role]?.includes(permission) ?? false,
    to: pathsOf(id),
  };
  if (!shop)
    return (
      <ConsoleFrame name={said.console} home="/" menu={[]} aside={<Leave />}>
        <h1 class="unseen" tabIndex={-1}>
          {said.console}
        </h1>
        {asked.isError ? (
          <Problem problem={asked.error} retry={() => void asked.refetch()} />
        ) : (
          <Skeleton shape="text" count={3} />
        )}
      </ConsoleFrame>
    );
  return (
    <OfShop.Provider value={shop}>
      <Boundary page={path}>
        <Suspense fallback={null}>
          <ShopFrame />
        </Suspense>
      </Boundary>
    </OfShop.Provider>
  );
}
