// What links in mails lead to where the pages of the shop could not be built, and what a shop has no pages for yet. What stands behind '#'
// is the token of the mail: it is read once and leaves the address bar. A session lives in this script alone, and ends with the page.
const words = {
  en: {
    email: "E-mail", password: "Password", newPassword: "New password, at least 8 characters", code: "Code from your app, or a recovery code",
    signIn: "Sign in", signInTitle: "Sign in to see this", signOut: "Sign out", codeTitle: "One more step", save: "Save", send: "Send",
    confirm: "Confirm", verifyTitle: "Confirm the e-mail address", verified: "Done. The account signs in with {}.", resetTitle: "Set a new password",
    requestTitle: "No password yet, or forgotten?", reset: "The new password is set for {}. All devices are signed out.",
    requested: "If {} has an account, a mail with a link is on its way.", claimTitle: "Set a password for your account",
    claimed: "Done. Sign in as {} from now on; your orders are there.", acceptTitle: "Sign in to join the shop",
    accepted: "You have joined the shop as {}.", unsubscribeTitle: "No more such mails?", unsubscribe: "Unsubscribe",
    unsubscribed: "You will get no more mails of this kind.", noToken: "Something is missing: open the link from the mail again.",
    ended: "This link is not good any more: it was used already, or is too old.",
    unreachable: "The marketplace can't be reached. Try again in a moment.", refused: "That did not work.", messagesTitle: "Messages",
    notYet: "Messages are not here yet.", lost: "There is no such page.", accountTitle: "Your account", sessionsTitle: "Where you are signed in",
    sellTitle: "Your shops", noShops: "You are in no shop.", confirmed: "Confirmed", yes: "yes", no: "no", forgot: "No password yet, or forgotten?",
    seen: "Last used", since: "Signed in", address: "Address", thisOne: "This page", end: "Sign this device out", gone: "The device is signed out.",
    order: "Order {}", state: "State", total: "Total", refunded: "Returned", placed: "Placed", sendTo: "Sent to", payUntil: "Pay until", why: "Why",
    carrier: "Carrier", tracking: "Tracking number", link: "Name in links", role: "Your role", whole: "The whole order",
  },
  ru: {
    email: "Электронная почта", password: "Пароль", newPassword: "Новый пароль, не короче 8 символов",
    code: "Код из приложения или код восстановления", signIn: "Войти", signInTitle: "Войдите, чтобы увидеть страницу", signOut: "Выйти",
    codeTitle: "Ещё один шаг", save: "Сохранить", send: "Отправить", confirm: "Подтвердить", verifyTitle: "Подтвердите адрес электронной почты",
    verified: "Готово. Теперь для входа служит адрес {}.", resetTitle: "Задайте новый пароль", requestTitle: "Пароля ещё нет или забыли его?",
    reset: "Новый пароль для {} сохранён. На всех устройствах выполнен выход.", requested: "Если у {} есть аккаунт, мы отправили письмо со ссылкой.",
    claimTitle: "Задайте пароль для аккаунта", claimed: "Готово. Теперь входите как {}; ваши заказы на месте.",
    acceptTitle: "Войдите, чтобы принять приглашение в магазин", accepted: "Вы приняты в магазин, ваша роль: {}.",
    unsubscribeTitle: "Больше не присылать такие письма?", unsubscribe: "Отписаться", unsubscribed: "Писем этого вида больше не будет.",
    noToken: "Чего-то не хватает: откройте ссылку из письма ещё раз.", ended: "Ссылка больше не действует: её уже использовали или она устарела.",
    unreachable: "Сервис сейчас недоступен. Повторите чуть позже.", refused: "Не получилось.", messagesTitle: "Сообщения",
    notYet: "Сообщений здесь пока нет.", lost: "Такой страницы нет.", accountTitle: "Ваш аккаунт", sessionsTitle: "Где выполнен вход",
    sellTitle: "Ваши магазины", noShops: "Вы не состоите ни в одном магазине.", confirmed: "Подтверждён", yes: "да", no: "нет",
    forgot: "Пароля ещё нет или забыли его?", seen: "Последний раз", since: "Вход", address: "Адрес", thisOne: "Эта страница",
    end: "Выйти на этом устройстве", gone: "На устройстве выполнен выход.", order: "Заказ №\u00a0{}", state: "Состояние", total: "Итого",
    refunded: "Возвращено", placed: "Оформлен", sendTo: "Куда", payUntil: "Оплатить до", why: "Причина", carrier: "Перевозчик",
    tracking: "Номер отправления", link: "Имя в ссылках", role: "Ваша роль", whole: "Весь заказ",
    values: {
      PENDING_PAYMENT: "ожидает оплаты", PLACED: "оформлен", ACCEPTED: "принят", PARTIALLY_SHIPPED: "отправлен частично", SHIPPED: "отправлен", DELIVERED: "доставлен", COMPLETED: "завершён",
      CANCELLED: "отменён", REJECTED: "отклонён", FAILED: "не удался", PENDING: "на проверке", ACTIVE: "работает", SUSPENDED: "приостановлен",
      CLOSED: "закрыт", OUT_OF_STOCK: "товара не хватило", PAYMENT_DECLINED: "оплата не прошла", CANCELLED_BY_BUYER: "отменён покупателем",
      owner: "владелец", manager: "управляющий", staff: "сотрудник",
    },
  },
};
const said = location.pathname.match(/^\/(en|ru)\//)?.[1];
const language = said ?? (navigator.language.startsWith("ru") ? "ru" : "en");
const locale = navigator.language.startsWith(language) ? navigator.language : language;
const t = words[language];
const [title, content, outcome] = ["title", "content", "outcome"].map((id) => document.getElementById(id));
const inputs = {
  email: { type: "email", autocomplete: "username", maxLength: 254 },
  password: { type: "password", autocomplete: "current-password", maxLength: 128 },
  newPassword: { type: "password", autocomplete: "new-password", minLength: 8, maxLength: 128 },
  code: { type: "text", autocomplete: "one-time-code", maxLength: 20 },
};
let opened = false;
let token = "";
let access = "";

const filled = (text, value) => text.replace("{}", () => value);
const value = (word) => t.values?.[word] ?? word.toLowerCase().replaceAll("_", " ");
const time = (text) => text && new Date(text).toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" });

function money({ amount, currency }) {
  const format = new Intl.NumberFormat(locale, { style: "currency", currency });
  return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
}

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function say(kind, ...lines) {
  outcome.className = kind;
  outcome.replaceChildren(...lines.map((line) => element("p", {}, line)));
}

function show(heading, ...children) {
  document.title = title.textContent = heading;
  content.replaceChildren(...children);
  say("");
  // What had the focus may be gone: a screen reader goes on at the heading.
  if (opened) title.focus();
  opened = true;
}

function done(text) {
  show(document.title);
  say("", text);
}

function complain({ reason, detail, fields }) {
  const lines = fields.map((one) => `${t[one.field] ?? one.field}: ${one.detail}`);
  say("refused", t.refused, reason === "MAILED_TOKEN_ENDED" ? t.ended : detail, ...lines);
}

// Throws an Error whose `problem` is what the answer says.
async function call(method, path, body) {
  const headers = { ...(access && { Authorization: `Bearer ${access}` }), ...(body && { "Content-Type": "application/json" }) };
  const asked = { method, headers, body: body && JSON.stringify(body), credentials: "omit", cache: "no-store", keepalive: method === "DELETE" };
  let answer, told;
  try {
    answer = await fetch(path, asked);
    told = answer.status === 204 || (await answer.json());
  } catch {
    throw Object.assign(new Error(path), { problem: { detail: t.unreachable, fields: [] } });
  }
  if (!answer.ok) throw Object.assign(new Error(told.reason), { problem: told });
  return told;
}

async function signOut() {
  const leaving = access ? call("DELETE", "/v1/sessions/current") : Promise.resolve();
  access = "";
  // It ends by itself, too.
  await leaving.catch(() => {});
}

// Runs `act` while nothing else of `where` runs; says what it was refused for.
async function attempt(where, act) {
  if (where.ariaBusy) return;
  where.ariaBusy = "true";
  say("");
  try {
    await act();
  } catch (refusal) {
    const { problem } = refusal;
    if (!problem) throw refusal;
    if (access && problem.status === 401) {
      access = "";
      start();
    }
    complain(problem);
    return problem.fields;
  } finally {
    where.ariaBusy = null;
  }
}

function button(text, act) {
  const made = element("button", { type: "button" }, text);
  made.addEventListener("click", () => attempt(made, act));
  return made;
}

function form(names, press, act) {
  const rows = names.flatMap((name) => [element("label", { htmlFor: name }, t[name]),
    element("input", { id: name, name, required: true, ...inputs[name] })]);
  // By POST, so that a browser that sends it by itself puts nothing into an address.
  const made = element("form", { method: "post" }, ...rows, element("button", {}, press));
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    const given = [...made.querySelectorAll("input")];
    for (const input of given) input.ariaInvalid = null;
    const wrong = (await attempt(made, () => act(Object.fromEntries(new FormData(made))))) ?? [];
    const refused = given.filter(({ name }) => wrong.some(({ field }) => field === name || given.length === 1));
    for (const input of refused) input.ariaInvalid = "true";
    refused[0]?.focus();
  });
  return made;
}

function table(caption, rows) {
  const lines = rows.filter(([, told]) => told).map(([name, told]) =>
    element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, told)));
  return element("table", {}, element("caption", {}, caption), element("tbody", {}, ...lines));
}

// `then` runs signed in; what it throws ends the session.
function askToSignIn(heading, then) {
  const enter = async (path, body) => {
    try {
      access = (await call("POST", path, body)).accessToken;
    } catch (refusal) {
      const { reason, metadata } = refusal.problem ?? {};
      if (reason !== "SECOND_FACTOR_REQUIRED") throw refusal;
      const answer = ({ code }) => enter("/v1/sessions:answerChallenge", { challengeId: metadata.challengeId, code });
      return show(t.codeTitle, form(["code"], t.signIn, answer));
    }
    try {
      await then();
    } catch (refusal) {
      await signOut();
      start();
      throw refusal;
    }
  };
  show(heading, form(["email", "password"], t.signIn, (given) => enter("/v1/sessions", given)),
    element("p", {}, element("a", { href: "/reset-password" }, t.forgot)));
}

// --- by the token of a mail ------------------------------------------------------------------------------------------

const withToken = (heading, ask) => () => (token ? ask() : (show(heading), say("refused", t.noToken)));

// A press of a button, because what filters mails may open their links.
const verifyEmail = withToken(t.verifyTitle, () => show(t.verifyTitle, form([], t.confirm, async () =>
  done(filled(t.verified, (await call("POST", "/v1/accounts:verifyEmail", { token })).email)))));

const unsubscribe = withToken(t.unsubscribeTitle, () => show(t.unsubscribeTitle, form([], t.unsubscribe, async () => {
  await call("POST", `/v1/notificationSettings:unsubscribe?token=${encodeURIComponent(token)}`);
  done(t.unsubscribed);
})));

const claimAccount = withToken(t.claimTitle, () => show(t.claimTitle, form(["newPassword"], t.save, async ({ newPassword }) => {
  const { accessToken, account: { email } } = await call("POST", "/v1/accounts:claim", { token, password: newPassword });
  access = accessToken;
  await signOut();
  done(filled(t.claimed, email));
})));

const acceptInvitation = withToken(t.acceptTitle, () => askToSignIn(t.acceptTitle, async () => {
  const member = await call("POST", "/v1/invitations:accept", { token });
  await signOut();
  done(filled(t.accepted, value(member.role)));
}));

function resetPassword() {
  if (!token) {
    return show(t.requestTitle, form(["email"], t.send, async ({ email }) => {
      await call("POST", "/v1/accounts:requestPasswordReset", { email });
      done(filled(t.requested, email));
    }));
  }
  show(t.resetTitle, form(["newPassword"], t.save, async ({ newPassword }) =>
    done(filled(t.reset, (await call("POST", "/v1/accounts:resetPassword", { token, newPassword })).email))));
}

// --- signed in -------------------------------------------------------------------------------------------------------

async function account() {
  const { email, emailVerified } = await call("GET", "/v1/accounts/me");
  const [heading, devices] = await sessions();
  const shown = table(t.accountTitle, [[t.email, email], [t.confirmed, emailVerified ? t.yes : t.no]]);
  return [t.accountTitle, [shown, element("h2", {}, heading), ...devices]];
}

async function sessions() {
  const told = (await call("GET", "/v1/sessions")).sessions.flatMap(({ id, device, address, createTime, lastUseTime, current }) => {
    const name = current ? t.thisOne : device || address;
    const shown = table(name, [[t.address, address], [t.seen, time(lastUseTime)], [t.since, time(createTime)]]);
    if (current) return [shown];
    const end = button(t.end, async () => {
      await call("DELETE", `/v1/sessions/${id}`);
      shown.remove();
      end.remove();
      title.focus();
      say("", t.gone);
    });
    end.ariaLabel = `${t.end}: ${name}`;
    return [shown, end];
  });
  return [t.sessionsTitle, told];
}

function part(order, rest = []) {
  const lines = order.lines.map((line) => [`${line.quantity} × ${line.title}`, money(line.total)]);
  const parcels = (order.parcels ?? []).flatMap((parcel) => [[t.carrier, parcel.carrier], [t.tracking, parcel.trackingNumber]]);
  return table(filled(t.order, order.number), [...lines, [t.state, value(order.state)], ...parcels, [t.refunded, order.refunded.amount ? money(order.refunded) : ""], [t.total, money(order.total)], ...rest]);
}

const label = (to) => to && [to.recipient, ...to.lines, to.postalCode, to.city, to.region, to.countryCode].filter(Boolean).join(", ");

async function order(id) {
  const told = await call("GET", `/v1/orders/${id}`);
  return [filled(t.order, told.number), [table(t.whole, [[t.state, value(told.state)], [t.why, told.failureReason && value(told.failureReason)],
    [t.payUntil, time(told.payUntil)], [t.placed, time(told.createTime)], [t.sendTo, label(told.shippingAddress)], [t.total, money(told.total)]]),
  ...told.sellerOrders.map((one) => part(one))]];
}

async function sellerOrder(id) {
  const told = await call("GET", `/v1/sellerOrders/${id}`);
  return [filled(t.order, told.number), [part(told, [[t.placed, time(told.createTime)], [t.sendTo, label(told.shippingAddress)]])]];
}

async function shops() {
  const { sellers } = await call("GET", "/v1/accounts/me");
  const told = await Promise.all(sellers.map(({ sellerId }) => call("GET", `/v1/sellers/${sellerId}`)));
  return [t.sellTitle, told.length ? told.map((shop, at) => table(shop.displayName, [[t.state, value(shop.state)],
    [t.role, value(sellers[at].role)], [t.link, shop.slug]])) : [element("p", {}, t.noShops)]];
}

async function view(make, id) {
  const [heading, shown] = await make(id);
  show(heading, ...shown, button(t.signOut, async () => {
    await signOut();
    start();
  }));
}

const signedIn = (make) => (id) => askToSignIn(t.signInTitle, () => view(make, id));

// --- what the address asks for ---------------------------------------------------------------------------------------

const pages = {
  "verify-email": verifyEmail, "reset-password": resetPassword, "claim-account": claimAccount, "accept-invitation": acceptInvitation, unsubscribe,
  account: signedIn(account), "account/sessions": signedIn(sessions), sell: signedIn(shops), "orders/ID": signedIn(order),
  "sell/orders/ID": signedIn(sellerOrder), "messages/ID": () => show(t.messagesTitle, element("p", {}, t.notYet)),
};

function start() {
  const [, name, id] = location.pathname.match(/^\/(?:(?:en|ru)\/)?(.*\b(?:orders|messages)\/)?(.*)$/);
  (pages[name ? `${name}ID` : id] ?? (() => show(t.lost)))(id);
}

function read() {
  token = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  start();
}

document.documentElement.lang = language;
// A link from another mail to the same page.
addEventListener("hashchange", read);
// Nothing of a session stays behind, not even for "back".
addEventListener("pagehide", () => {
  if (!access) return;
  signOut();
  start();
});
read();
