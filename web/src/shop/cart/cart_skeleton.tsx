import { Skeleton } from "../../ui/skeleton";

/** Of the size of two lines and the sum beside them. */
export function CartSkeleton({ heading }: { heading: string }) {
  return (
    <>
      <h1 tabIndex={-1}>{heading}</h1>
      <div class="cart">
        <Skeleton shape="text" count={3} />
        <Skeleton shape="text" count={2} />
      </div>
    </>
  );
}
