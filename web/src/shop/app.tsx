import { Suspense } from "preact/compat";
import { Route, Switch, useLocation } from "wouter-preact";
import { Again } from "../session/again";
import { useSessionNews } from "../session/news";
import { Boundary } from "../ui/boundary";
import { later } from "../ui/later";
import { OfflineBar } from "../ui/offline_bar";
import { Skeleton } from "../ui/skeleton";
import { Footer } from "./frame/footer";
import { Header } from "./frame/header";
import { ROUTES } from "./paths";
import { CategoryPage, Home, ProductPage, SearchPage, ShopPage } from "./prepare";
import "./app.css";

const MembersPages = later(
  () => import("./members/pages"),
  (room) => room.MembersPages,
);

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
