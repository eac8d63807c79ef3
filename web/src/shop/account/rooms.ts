import { memberPathTo } from "../members/paths";
import { pathTo } from "../paths";

/** The rooms of an account in their order: where each is, and its drawing. What they are called is in the words of the account. */
export const ROOMS = [
  { name: "orders", to: pathTo.orders(), icon: "M4 8l8-4 8 4v8l-8 4-8-4zM4 8l8 4 8-4M12 12v8" },
  { name: "returns", to: memberPathTo.returns(), icon: "M9 7H15a5 5 0 0 1 0 10H5M9 7 12 4M9 7l3 3" },
  {
    name: "wishes",
    to: pathTo.wishes(),
    icon: "M12 20S4 15 4 9.5A4.5 4.5 0 0 1 12 7a4.5 4.5 0 0 1 8 2.5C20 15 12 20 12 20Z",
  },
  { name: "messages", to: pathTo.messages(), icon: "M4 5h16v11H9l-5 4z" },
  {
    name: "notifications",
    to: pathTo.notifications(),
    icon: "M6 17V11a6 6 0 0 1 12 0v6l1.5 1.5h-15zM10 21h4",
  },
  {
    name: "profile",
    to: memberPathTo.profile(),
    icon: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.5 8a7.5 7.5 0 0 1 15 0",
  },
  {
    name: "addresses",
    to: memberPathTo.addresses(),
    icon: "M12 21s7-6.5 7-11.5a7 7 0 0 0-14 0C5 14.5 12 21 12 21Zm0-9a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z",
  },
  {
    name: "security",
    to: memberPathTo.security(),
    icon: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3M12 14.5v2",
  },
  { name: "sessions", to: memberPathTo.sessions(), icon: "M4 5h16v10H4zM2 19h20M10 15l-1 4M14 15l1 4" },
  {
    name: "settings",
    to: memberPathTo.notificationSettings(),
    icon: "M4 7h9M17 7h3M15 5v4M4 17h3M11 17h9M9 15v4",
  },
  {
    name: "sell",
    to: memberPathTo.sell(),
    icon: "M4 10v10h16V10M3 10l2-6h14l2 6a3 3 0 0 1-6 0 3 3 0 0 1-6 0 3 3 0 0 1-6 0Z",
  },
  { name: "data", to: memberPathTo.personalData(), icon: "M12 4v10M8 10.5l4 4 4-4M5 19h14" },
] as const;

export type Room = (typeof ROOMS)[number]["name"];
