import { pluralIn } from "./plural";

const plural = pluralIn("en");

// What parts of the consoles say, whichever console it is (src/ui).
export const words = {
  menu: "Menu",
  closeMenu: "Close the menu",
  toShop: "To the marketplace",
  skipMenu: "Skip to the content",
  acts: "What can be done",
  choose: (name: string) => `Choose ${name}`,
  chooseAll: "Choose all that are shown",
  chooseNone: "Choose none",
  chosen: (count: number) => plural(count, { one: "# is chosen", other: "# are chosen" }),
  hidden: (count: number) =>
    plural(count, { one: "# of them is not shown here", other: "# of them are not shown here" }),
  views: "Views",
  narrow: "Apply",
  clearFilters: "Clear the filters",
  unsaved: "Not saved yet",
  save: "Save",
  undo: "Undo the changes",
  leaveHeading: "Leave without saving?",
  leaveHint: "What you have changed on this page is lost then.",
  stay: "Stay here",
  leave: "Leave",
  cancel: "Cancel",
  palette: "Where to, or what to do?",
  paletteHint: "Write a few letters",
  paletteNone: "Nothing fits.",
  paletteOpen: "Search",
  more: "Show more",
  none: "Nothing here",
  noneNarrowed: "Nothing fits these filters",
  chartTable: "The same as a table",
  signInHeading: "Please sign in",
  signInLead: "These pages are for people who work here.",
  conflictMine: "Yours",
  conflictTheirs: "Saved meanwhile",
  conflictKeep: "Save mine over it",
  conflictTake: "Take what is saved",
};
