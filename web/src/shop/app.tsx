import { useQueryClient } from "@tanstack/preact-query";
import { Suspense } from "preact/compat";
import { useEffect } from "preact/hooks";
import { Route, Switch, useLocation } from "wouter-preact";
import { type Account, onSession } from "../api/session";
import { Boundary } from "../ui/boundary";
import { Skeleton } from "../ui/skeleton";
import { ACCOUNT } from "./account/mine";
import { Again } from "./frame/again";
import { Footer } from "./frame/footer";
import { Header } from "./frame/header";
import { OfflineBar } from "./frame/offline_bar";
import { later } from "./later";
import { ROUTES } from "./paths";
import { CategoryPage, Home, ProductPage, SearchPage, ShopPage } from "./prepare";
import "./app.css";

const MembersPages = later(
  () => import("./members/pages"),
  (room) => room.MembersPages,
);

/** What somebody has seen of his own is forgotten as soon as it is somebody else's turn, in every tab. */
function useSessionNews() {
  const queries = useQueryClient();
  useEffect(
    () =>
      onSession((news, accountId) => {
        const known = queries.getQueryData<Account | null>(ACCOUNT);
        // Who comes back finds his pages as they were.
        if (news === "signed-in" && known?.id === accountId)
          return void queries.invalidateQueries({ queryKey: ["mine"] });
        if (news === "signed-in") return void queries.resetQueries({ queryKey: ["mine"] });
        // First nobody is there, so that nothing asks in his name once more; then all that was his is gone.
        queries.setQueryData(ACCOUNT, null);
        queries.removeQueries({ queryKey: ["mine"], predicate: (one) => one.queryKey[1] !== ACCOUNT[1] });
      }),
    [queries],
  );
}

export function App() {
  useSessionNews();
  const [path] = useLocation();
  return (
    <>
      <OfflineBar />
      <Header />
      <main id="content" class="page" tabIndex={-1}>
        <Boundary page={path}>
          <Suspense fallback={<Skeleton shape="text" count={3} />}>
            <Switch>
              <Route path={ROUTES.home}>
                <Home />
              </Route>
              <Route path={ROUTES.search}>
                <SearchPage />
              </Route>
              <Route path={ROUTES.category}>{({ slug }) => <CategoryPage slug={slug} />}</Route>
              <Route path={ROUTES.product}>{({ id }) => <ProductPage key={id} id={id} />}</Route>
              <Route path={ROUTES.shop}>{({ id }) => <ShopPage key={id} id={id} />}</Route>
              <Route>
                <MembersPages />
              </Route>
            </Switch>
          </Suspense>
        </Boundary>
      </main>
      <Footer />
      <Again />
    </>
  );
}
