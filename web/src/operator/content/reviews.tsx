import { useInfiniteQuery } from "@tanstack/preact-query";
import { useWords } from "../../text/rooms";
import { ListRoom } from "../../ui/list_room";
import { reviewsOf } from "./content";
import { ReviewRow } from "./review_row";

/** What buyers write of a product. */
export function Reviews({ productId }: { productId: string }) {
  const { said } = useWords("op_content");
  const asked = useInfiniteQuery({
    queryKey: ["mine", "op", "reviews", productId],
    queryFn: ({ pageParam }) => reviewsOf(productId, pageParam),
    initialPageParam: "",
    getNextPageParam: (last) => last.nextPageToken,
  });
  const rows = asked.data?.pages.flatMap((one) => one.rows) ?? [];
  if (asked.isSuccess && rows.length === 0) return null;
  return (
    <section class="part">
      <h2>{said.reviews}</h2>
      <ListRoom list={asked} count={rows.length}>
        <ul>
          {rows.map((one) => (
            <li key={one.id}>
              <ReviewRow review={one} />
            </li>
          ))}
        </ul>
      </ListRoom>
    </section>
  );
}
