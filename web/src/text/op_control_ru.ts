import type { words as english } from "./op_control_en";
import { pluralIn } from "./plural";

const plural = pluralIn("ru");

const actors: Readonly<Record<string, string>> = {
  operator: "оператор",
  member: "участник магазина",
  api_key: "ключ API",
};
const reasons: Readonly<Record<string, string>> = {
  CATEGORY_NOT_EMPTY: "В ней что-то есть: категории или товары в любом состоянии. Сначала перенесите их.",
  ETAG_MISMATCH: "Кто-то изменил эту категорию тем временем. Закройте и посмотрите на неё снова.",
  ALREADY_EXISTS: "Это имя в ссылках у другой категории.",
};

export const words = {
  actors,
  reasons,
  inboxLead: "Что ждёт кого-то с вашей ролью. Что ждёт дольше, идёт первым.",
  piles: {
    sellers: "Магазины на одобрение",
    products: "Товары на проверку",
    reports: "Жалобы без ответа",
    checkouts: "Застрявшие заказы",
    payments: "Непрошедшие списания",
    payouts: "Выплаты в банке",
    findings: "Деньги расходятся",
    commissions: "Комиссии ждут одобрения",
    conversations: "Жалобы на переписку",
  },
  nothingWaits: "Ничего не ждёт.",
  seeAll: "Посмотреть все",
  auditLead:
    "Что сделано по разрешению: операторами, участниками магазинов и ключами API. Изменить это нельзя.",
  noAudit: "По разрешению пока ничего не сделано",
  when: "Когда",
  who: "Кто",
  actorId: "Id учётной записи",
  target: "С чем",
  method: "Что",
  service: "Сервис",
  changed: "Что изменилось",
  details: (count: number) =>
    count === 0
      ? "Подробнее"
      : plural(count, { one: "# изменение", few: "# изменения", many: "# изменений", other: "# изменения" }),
  trace: "След",
  address: "Адрес",
  permission: "По разрешению",
  categoriesLead: "На чём держатся товары. Выберите категорию, чтобы изменить её.",
  noCategories: "Категорий пока нет",
  treeKeys: "Стрелки ходят по дереву, M берёт категорию с собой, Enter кладёт её.",
  takenAlong: (name: string) =>
    `Вы несёте «${name}»: Enter положит в выбранную категорию, Escape вернёт на место.`,
  chosen: "Выбранная категория",
  chooseOne: "Выберите категорию в дереве.",
  inShop: "Какой её видят покупатели",
  makeRoot: "Новая категория",
  addBelow: "Добавить ниже",
  addBelowOf: (path: string) => `Новая категория в «${path}»`,
  makeDoes: "Сначала она пуста; все увидят её не позже чем через пять минут.",
  made: (name: string) => `Категория «${name}» создана.`,
  rename: "Переименовать",
  renameOf: (name: string) => `Переименовать «${name}»`,
  renameDoes: "Если изменить имя в ссылках, прежние ссылки никуда не приведут.",
  renamed: (name: string) => `Теперь категория называется «${name}».`,
  name: "Название",
  nameIn: (language: string) => `Название, ${language}`,
  slug: "Имя в ссылках",
  slugHint: "Строчные буквы, цифры и дефисы.",
  save: "Сохранить",
  move: "Перенести",
  moveOf: (name: string) => `Перенести «${name}»?`,
  moveTo: "Куда",
  moveGo: "Перенести",
  root: "Вершина дерева",
  moveDoes: (where: string) => `Станет частью: ${where}.`,
  moveBelow: (count: number) =>
    plural(count, {
      one: "С ней перейдёт # категория ниже.",
      few: "С ней перейдут # категории ниже.",
      many: "С ней перейдёт # категорий ниже.",
      other: "С ней перейдёт # категории ниже.",
    }),
  moveKeeps: "Ссылки на неё и её товары останутся как есть.",
  moved: (name: string, where: string) => `«${name}» теперь здесь: ${where}.`,
  drop: "Удалить",
  dropOf: (name: string) => `Удалить «${name}»?`,
  dropDoes: "Её страница исчезнет, а купоны на неё ни к чему в ней не применятся.",
  dropOnlyEmpty: "Удалить можно только пустую: пока в ней есть товар в любом состоянии, будет отказ.",
  dropNotEmpty: (count: number) =>
    plural(count, {
      one: "Будет отказ: ниже есть # категория.",
      few: "Будет отказ: ниже есть # категории.",
      many: "Будет отказ: ниже есть # категорий.",
      other: "Будет отказ: ниже есть # категории.",
    }),
  dropped: (name: string) => `Категория «${name}» удалена.`,
} satisfies typeof english;
