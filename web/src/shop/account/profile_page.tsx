import { useQuery } from "@tanstack/preact-query";
import { lazy, Suspense } from "preact/compat";
import { profile } from "../../session/mine";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { AccountFrame } from "./frame";

const ProfileForm = lazy(() => import("./profile_form").then((room) => room.ProfileForm));

export function ProfilePage() {
  return (
    <AccountFrame room="profile">
      <Asked />
    </AccountFrame>
  );
}

function Asked() {
  const asked = useQuery(profile);
  if (asked.isPending) return <Skeleton shape="text" count={4} />;
  if (asked.isLoadingError) return <Problem problem={asked.error} retry={() => void asked.refetch()} />;
  return (
    <Suspense fallback={<Skeleton shape="text" count={4} />}>
      <ProfileForm profile={asked.data} />
    </Suspense>
  );
}
