import { useQuery } from "@tanstack/preact-query";
import { lazy, Suspense } from "preact/compat";
import { Link, Redirect } from "wouter-preact";
import type { Cart } from "../../api/cart";
import { useAccount } from "../../session/mine";
import { useWords } from "../../text/rooms";
import { Empty } from "../../ui/empty";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { useTitle } from "../../ui/title";
import { type Address, addresses } from "../addresses/addresses";
import { cartNow } from "../cart/cart";
import { NotFound } from "../frame/not_found";
import { pathTo, STEPS, type Step } from "../paths";
import { DeliveryStep } from "./delivery_step";
import { readAttempt, readDraft } from "./draft";
import { PaymentStep } from "./payment_step";
import { StepsNav } from "./steps_nav";
import "./checkout_page.css";

// Who has come to one of them does not wait for the others.
const AddressStep = lazy(() => import("./address_step").then((room) => room.AddressStep));
const ReviewStep = lazy(() => import("./review_step").then((room) => room.ReviewStep));
const Who = lazy(() => import("./who").then((room) => room.Who));

const isStep = (said: string): said is Step => (STEPS as readonly string[]).includes(said);

/** An order, step by step. Whoever comes to a step before what it needs is led to that. */
export function CheckoutPage({ said: step }: { said: string }) {
  const { said } = useWords("checkout");
  const { account, isPending } = useAccount();
  useTitle(isStep(step) ? `${said.heading}: ${said.step[step]}` : said.heading);
  if (!isStep(step)) return <NotFound />;
  if (isPending) return <Loading />;
  if (!account) return <Who />;
  return <Entered step={step} />;
}

function Loading() {
  const { said } = useWords("checkout");
  return (
    <div class="checkout">
      <h1 tabIndex={-1}>{said.heading}</h1>
      <Skeleton shape="text" count={4} />
    </div>
  );
}

function Entered({ step }: { step: Step }) {
  const { said, text } = useWords("checkout");
  const cart = useQuery(cartNow);
  const known = useQuery(addresses);
  if (cart.isPending || known.isPending) return <Loading />;
  const failed = cart.isError ? cart : known.isError ? known : undefined;
  if (failed) {
    return (
      <div class="checkout">
        <h1 tabIndex={-1}>{said.heading}</h1>
        <Problem problem={failed.error} retry={() => void failed.refetch()} />
      </div>
    );
  }
  const items = cart.data?.items ?? [];
  // What was sent is followed up, even where the cart is empty by now: that is what an order leaves behind.
  if (items.length === 0 && !readAttempt()) {
    return (
      <Empty level={1} heading={said.nothing} hint={said.nothingHint}>
        <Link class="button button-main" href={pathTo.search()}>
          {text.home.browse}
        </Link>
      </Empty>
    );
  }
  if (cart.data?.orderId && !readAttempt()) return <Redirect to={pathTo.done(cart.data.orderId)} replace />;
  const draft = readDraft();
  const address = known.data?.find((one) => one.id === draft.addressId);
  if (step !== "address" && !address && !readAttempt())
    return <Redirect to={pathTo.checkout("address")} replace />;
  if (step === "review" && !draft.method) return <Redirect to={pathTo.checkout("payment")} replace />;
  return (
    <div class="checkout">
      <StepsNav at={step} />
      <Suspense fallback={<Skeleton shape="text" count={4} />}>
        <At step={step} cart={cart.data ?? undefined} addresses={known.data ?? []} />
      </Suspense>
      <p class="checkout-back">
        <Link href={pathTo.cart()}>{said.back}</Link>
      </p>
    </div>
  );
}

function At({
  step,
  cart,
  addresses: known,
}: {
  step: Step;
  cart: Cart | undefined;
  addresses: readonly Address[];
}) {
  const draft = readDraft();
  const address = known.find((one) => one.id === draft.addressId);
  if (step === "address" || !cart) return <AddressStep addresses={known} chosen={draft.addressId} />;
  if (step === "delivery") return <DeliveryStep cart={cart} addressId={address?.id} />;
  if (step === "payment") return <PaymentStep chosen={draft.method} />;
  return <ReviewStep cart={cart} address={address} method={draft.method ?? ""} />;
}
