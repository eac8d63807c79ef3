#include "services/payment/documents/words.hpp"

#include <algorithm>
#include <array>

namespace market::payment::documents {
namespace {

using market::documents::Language;

constexpr ShopWords kEnglish{
    .marketplace = "Issued by",
    .shop = "For",
    .statement = "Statement",
    .period = "Period",
    .span = "{from} – {until}",
    .as_of = "This month is not over: what is booked by now.",
    .entry = "What moved it",
    .entries = "Entries",
    .amount = "Amount",
    .opening = "Opening balance",
    .moved = "Moved in the month",
    .closing = "Closing balance",
    .nothing = "No money was moved.",
    .invoice = "Commission invoice",
    .credit_note = "Commission credit note",
    .issued = "Date of issue",
    .item = "Description",
    .count = "Entries",
    .net = "Net",
    .rate = "VAT",
    .tax = "VAT amount",
    .total = "Total",
    .sum_net = "Net amount",
    .sum_tax = "VAT {rate}",
    .sum_invoice = "Invoice total",
    .sum_credit = "Amount credited",
    .kept = "It was kept of what the shop earned: nothing is to be paid.",
    .given_back = "It was given back with what the shop has at the marketplace: nothing is to be paid.",
    .untaxed = "No VAT is charged on this service."};

constexpr ShopWords kRussian{
    .marketplace = "Выставил",
    .shop = "Для",
    .statement = "Выписка",
    .period = "Период",
    .span = "{from} – {until}",
    .as_of = "Месяц ещё не закончился: показано проведённое к этому моменту.",
    .entry = "Движение",
    .entries = "Проводок",
    .amount = "Сумма",
    .opening = "Входящий остаток",
    .moved = "Движение за месяц",
    .closing = "Исходящий остаток",
    .nothing = "Движения денег не было.",
    .invoice = "Счёт на комиссию",
    .credit_note = "Кредит-нота на комиссию",
    .issued = "Дата выставления",
    .item = "Наименование",
    .count = "Проводок",
    .net = "Без НДС",
    .rate = "НДС",
    .tax = "Сумма НДС",
    .total = "Всего",
    .sum_net = "Сумма без НДС",
    .sum_tax = "НДС {rate}",
    .sum_invoice = "Итого по счёту",
    .sum_credit = "Итого к возврату",
    .kept = "Сумма удержана из выручки магазина: платить ничего не нужно.",
    .given_back = "Сумма возвращена на счёт магазина у маркетплейса: платить ничего не нужно.",
    .untaxed = "НДС на эту услугу не начисляется."};

struct CauseWords {
  std::string_view cause, english, russian;
};
// By their words, so that one that is not here is shown as the ledger calls it.
constexpr std::array<CauseWords, 15> kCauses = {{
    {"EARNING", "Sales that were delivered", "Доставленные продажи"},
    {"CLAWBACK", "Refunds of sales", "Возвраты по продажам"},
    {"RELEASE", "Sales that were completed", "Завершённые продажи"},
    {"RESERVE_RELEASE", "Reserves that were released", "Высвобождённые резервы"},
    {"PAYOUT", "Payouts", "Выплаты"},
    {"PAYOUT_FAILED", "Payouts that were refused", "Отклонённые выплаты"},
    {"PAYOUT_RETURNED", "Payouts that came back", "Вернувшиеся выплаты"},
    {"ADJUSTMENT", "Corrections", "Исправления"},
    {"FINE", "Fines", "Штрафы"},
    {"GOODWILL", "Goodwill of the marketplace", "Компенсации маркетплейса"},
    {"DISPUTE_OPENED", "Disputed payments", "Оспоренные платежи"},
    {"DISPUTE_WON", "Disputes that were won", "Выигранные споры"},
    {"DISPUTE_LOST", "Disputes that were lost", "Проигранные споры"},
    {"REFUND", "Refunds", "Возвраты"},
    {"CAPTURE", "Payments", "Платежи"},
}};

constexpr std::array<CauseWords, 2> kCommissions = {{
    {"EARNING", "Commission on sales", "Комиссия с продаж"},
    {"CLAWBACK", "Commission taken back with refunds", "Комиссия, сторнированная при возвратах"},
}};

template <std::size_t kSize>
std::string_view Found(const std::array<CauseWords, kSize>& words, std::string_view cause,
                       Language language) {
  const auto found = std::ranges::find(words, cause, &CauseWords::cause);
  if (found == words.end()) return cause;
  return language == Language::kRussian ? found->russian : found->english;
}

}  // namespace

const ShopWords& WordsOf(Language language) { return language == Language::kRussian ? kRussian : kEnglish; }

std::string_view WordsOfCause(std::string_view cause, Language language) {
  return Found(kCauses, cause, language);
}

std::string_view WordsOfCommission(std::string_view cause, Language language) {
  return Found(kCommissions, cause, language);
}

}  // namespace market::payment::documents
