import type { ComponentType, JSX } from "preact";
import { lazy } from "preact/compat";

/** A page whose script comes when it is gone to. One that has been loaded shows at once, without a moment in which it is awaited. */
export function later<P extends object, Room>(
  load: () => Promise<Room>,
  pick: (room: Room) => ComponentType<P>,
) {
  let shown: ComponentType<P> | undefined;
  const room = async () => {
    const loaded = await load();
    shown = pick(loaded);
    return loaded;
  };
  const Awaited = lazy(() => room().then((loaded) => pick(loaded))) as ComponentType<P>;
  function Page(props: P & JSX.IntrinsicAttributes) {
    const Shown = shown ?? Awaited;
    return <Shown {...props} />;
  }
  return Object.assign(Page, { load: room });
}
