import type { ComponentChildren } from "preact";
import { Link } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { Drawn } from "../../ui/drawn";
import { useArrival, useTitle } from "../../ui/title";
import { pathTo } from "../paths";
import { MembersOnly } from "./members_only";
import { ROOMS, type Room } from "./rooms";
import "./frame.css";

/** A room of the account: the others beside it where there is place, and a way back to them where there is not. */
export function AccountFrame({
  room,
  heading,
  children,
}: {
  room: Room;
  heading?: string;
  children: ComponentChildren;
}) {
  const { said } = useWords("account");
  const title = heading ?? said.room[room][0];
  useTitle(title);
  useArrival(`account ${title}`, true);
  return (
    <MembersOnly>
      <div class="account">
        <nav class="account-rooms" aria-label={said.rooms}>
          <ul>
            {ROOMS.map(({ name, to, icon }) => (
              <li key={name}>
                <Link href={to} aria-current={name === room ? "page" : undefined}>
                  <Drawn path={icon} />
                  {said.room[name][0]}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <div class="account-room">
          <p class="account-back">
            <Link href={pathTo.account()}>{said.rooms}</Link>
          </p>
          <h1 tabIndex={-1}>{title}</h1>
          {children}
        </div>
      </div>
    </MembersOnly>
  );
}
