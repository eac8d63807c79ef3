import { useQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { Refusal } from "../../api/refusal";
import { useWords } from "../../text/rooms";
import { ConsolePage } from "../../ui/console_page";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { Nothing } from "../guarded";
import { pathTo } from "../paths";
import { useMay } from "../rights";
import { reviewQuery } from "./content";
import { ReviewRow } from "./review_row";

export function ReviewPage({ id }: { id: string }) {
  const { said } = useWords("op_content");
  const may = useMay();
  const asked = useQuery(reviewQuery(id));
  if (asked.isPending) return <Skeleton shape="text" count={3} />;
  if (asked.isError && asked.error instanceof Refusal && asked.error.status === 404) return <Nothing />;
  if (asked.isError) return <Problem problem={asked.error} retry={() => void asked.refetch()} />;
  return (
    <ConsolePage heading={said.review}>
      <ReviewRow review={asked.data} />
      {may("listProducts") && (
        <p class="part">
          <Link href={pathTo.product(asked.data.productId)}>{said.toProduct}</Link>
        </p>
      )}
    </ConsolePage>
  );
}
