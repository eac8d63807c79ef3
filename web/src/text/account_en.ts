/** What a room is called, and what is there. */
const pair = (name: string, what: string): readonly [string, string] => [name, what];

export const words = {
  rooms: "Your account",
  room: {
    orders: pair("Orders", "What you have bought, and where it is"),
    returns: pair("Returns", "What you send back"),
    profile: pair("Profile", "Your name, your phone, the language of our mails"),
    addresses: pair("Addresses", "Where your parcels go"),
    security: pair("Sign-in and security", "Password, e-mail address, second step"),
    sessions: pair("Devices", "Where you are signed in"),
    wishes: pair("Wish list", "What you have an eye on"),
    notifications: pair("Notifications", "What has happened"),
    messages: pair("Messages", "What you and the shops write"),
    settings: pair("What we write to you about", "In the app and by mail"),
    sell: pair("Your shops", "Sell here yourself"),
    data: pair("Your data", "Take it along, or close the account"),
  },
  unverified: "Please confirm your e-mail address",
  unverifiedHint: (email: string) => `We have sent a mail with a link to ${email}.`,
  sendAgain: "Send it again",
  sentAgain: "A new mail is on its way.",
  guest: "You are here as a guest",
  guestHint:
    "The mail about your order has a link: with it you set a password and keep your orders together.",
  names: "As others see you",
  givenName: "Given name",
  familyName: "Family name",
  phone: "Phone",
  phoneHint: "With the code of the country: +49 30 123456.",
  locale: "Language of our mails",
  save: "Save",
  saved: "Saved.",
  changed: "This was changed elsewhere meanwhile",
  versions: {
    mine: "Yours",
    theirs: "Saved meanwhile",
    keepMine: "Save yours",
    takeTheirs: "Keep what is saved",
  },
  reasons: {
    ILLEGAL_TRANSITION: "Your address is confirmed already.",
  } as Readonly<Record<string, string>>,
};
