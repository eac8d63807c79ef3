// What people read of statements and commission invoices: that it ties, in both languages, and that a PDF has all of it.
#include "services/payment/documents/sheets.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "platform/documents/page.hpp"
#include "platform/documents/pdf.hpp"
#include "platform/documents/testing/pdf_text.hpp"
#include "services/payment/documents/words.hpp"

namespace market::payment::documents {
namespace {

using domain::LedgerCause;
using market::documents::Language;
using std::chrono::sys_days;

const Party kMarketplace{.name = "Market <Ltd>", .lines = {"1 Way"}, .city = "London", .country_code = "GB"};
const Party kShop{.name = "Ада & Söhne", .city = "Köln", .country_code = "DE", .vat_number = "DE1"};
constexpr auto kMay = std::chrono::year(2026) / std::chrono::May;
const Time kInMay(sys_days(kMay / 20));
const Time kLater(sys_days(std::chrono::year(2026) / 6 / 3));

domain::Statement AStatement() {
  return {.month = kMay,
          .balances = {
              {.currency = Currency::Parse("EUR"),
               .opening_minor = 120'000,
               .lines = {{LedgerCause::kEarning, 12, 350'050},
                         {LedgerCause::kPayout, 1, -400'000},
                         {LedgerCause::kFine, 1, -2'500},
                         {LedgerCause::kGoodwill, 1, 700}},
               .closing_minor = 68'250},
              {.currency = Currency::Parse("JPY"), .opening_minor = -30, .lines = {}, .closing_minor = -30}}};
}

domain::CommissionInvoice AnInvoiceOf(std::vector<domain::ChargedCommission> lines) {
  const auto sum = domain::SumOf(lines);
  return {.id = domain::CommissionInvoiceId::New(),
          .kind = domain::KindOf(sum),
          .year = 2026,
          .position = 7,
          .number = "M-2026-000007",
          .seller = SellerId::New(),
          .currency = Currency::Parse("EUR"),
          .month = "2026-05",
          .net_minor = sum.net_minor,
          .tax_minor = sum.tax_minor,
          .total_minor = sum.Gross(),
          .issued_at = kLater,
          .content = {.marketplace = kMarketplace, .shop = kShop, .lines = std::move(lines)}};
}

// Minor units of an amount with two digits, as it stands on a document in English.
std::int64_t MinorIn(std::string text) {
  bool negative = false;
  std::int64_t minor = 0;
  for (const char c : text) {
    if (c == '-') negative = true;
    if (c >= '0' && c <= '9') minor = minor * 10 + (c - '0');
  }
  return negative ? -minor : minor;
}

TEST(StatementSheet, TiesToTheStatement) {
  const auto statement = AStatement();
  const auto sheet = SheetOf(statement, kMarketplace, kShop, kLater, Language::kEnglish);
  EXPECT_EQ(sheet.title, "Statement");
  EXPECT_EQ(sheet.number, "2026-05");
  EXPECT_EQ(sheet.facts.at(0).value, "1 May 2026 – 31 May 2026");
  ASSERT_EQ(sheet.sections.size(), 2u);
  const auto& section = sheet.sections[0];
  EXPECT_EQ(section.note, "All amounts in EUR");
  ASSERT_EQ(section.items.size(), 4u);
  EXPECT_EQ(section.items[2].title, "Fines");
  std::int64_t sum = MinorIn(section.sums.at(0).value);
  EXPECT_EQ(sum, statement.balances[0].opening_minor);
  for (std::size_t i = 0; i < section.items.size(); ++i) {
    EXPECT_EQ(section.items[i].cells.at(0), std::to_string(statement.balances[0].lines[i].entries));
    EXPECT_EQ(MinorIn(section.items[i].cells.at(1)), statement.balances[0].lines[i].amount_minor);
    sum += MinorIn(section.items[i].cells.at(1));
  }
  EXPECT_EQ(MinorIn(section.sums.at(1).value), sum - statement.balances[0].opening_minor);
  EXPECT_EQ(MinorIn(section.sums.at(2).value), sum);
  EXPECT_EQ(sum, statement.balances[0].closing_minor);
  EXPECT_EQ(MinorIn(sheet.sections[1].sums.at(2).value), -30) << "with the digits of its currency";
  EXPECT_TRUE(sheet.notes.empty());
}

TEST(StatementSheet, OfAMonthThatIsNotOver_SaysSo) {
  EXPECT_EQ(SheetOf(AStatement(), kMarketplace, kShop, kInMay, Language::kEnglish).notes.size(), 1u);
  const auto none = SheetOf({.month = kMay, .balances = {}}, kMarketplace, kShop, kLater, Language::kRussian);
  EXPECT_EQ(none.notes, std::vector<std::string>{"Движения денег не было."});
}

TEST(StatementSheet, AsPageAndPdf_HasEveryAmount) {
  const auto sheet = SheetOf(AStatement(), kMarketplace, kShop, kLater, Language::kRussian);
  const auto page = market::documents::AsPage(sheet);
  EXPECT_TRUE(page.contains("Market &lt;Ltd&gt;") && !page.contains("<Ltd>"));
  const auto pdf = market::documents::AsPdf(sheet, kLater);
  const auto text = market::documents::TextOf(pdf);
  for (const auto* words : {"Выписка", "2026-05", "Market <Ltd>", "Ада & Söhne", "Германия", "Штрафы",
                            "Выплаты", "Входящий остаток", "Страница 1 из 1"})
    EXPECT_TRUE(text.contains(words)) << words << "\n" << text;
  EXPECT_EQ(market::documents::AsPdf(sheet, kLater), pdf);
}

TEST(CausesInWords, AreOfAllThatMoveAShopsMoney) {
  using enum LedgerCause;
  for (const auto cause : {kEarning, kRelease, kClawback, kReserveRelease, kPayout, kPayoutFailed,
                           kPayoutReturned, kAdjustment, kFine, kGoodwill}) {
    for (const auto language : {Language::kEnglish, Language::kRussian})
      EXPECT_NE(WordsOfCause(Name(cause), language), Name(cause)) << Name(cause);
  }
  EXPECT_EQ(WordsOfCause("OF_TOMORROW", Language::kEnglish), "OF_TOMORROW");
}

TEST(CommissionSheet, SaysWhatTheInvoiceSays) {
  const auto invoice = AnInvoiceOf({{LedgerCause::kEarning, 190'000, 2, 150'000, 28'500},
                                    {LedgerCause::kEarning, 0, 1, 4'000, 0},
                                    {LedgerCause::kClawback, 190'000, 1, -30'000, -5'700}});
  const auto sheet = SheetOf(invoice, Language::kEnglish);
  EXPECT_EQ(sheet.title, "Commission invoice");
  EXPECT_EQ(sheet.sender, "Market <Ltd>");
  const auto& section = sheet.sections.at(0);
  ASSERT_EQ(section.items.size(), 3u);
  EXPECT_EQ(section.items[0].title, "Commission on sales");
  EXPECT_EQ(section.items[0].cells, (std::vector<std::string>{"2", "1,500.00", "19%", "285.00", "1,785.00"}));
  EXPECT_EQ(section.items[2].cells.at(4), "-357.00");
  std::int64_t sum = 0;
  for (const auto& item : section.items) sum += MinorIn(item.cells.at(4));
  EXPECT_EQ(MinorIn(section.sums.back().value), sum);
  EXPECT_EQ(section.sums.back(), (market::documents::Fact{"Invoice total", "€1,468.00"}));
  EXPECT_EQ(section.sums.at(1), (market::documents::Fact{"VAT 19%", "228.00"}));
  const auto text = market::documents::TextOf(market::documents::AsPdf(sheet, invoice.issued_at));
  for (const auto* words : {"M-2026-000007", "DE1", "1,468.00", "nothing is to be paid"})
    EXPECT_TRUE(text.contains(words)) << words << "\n" << text;
}

TEST(CommissionSheet, OfACreditNote_ShowsWhatIsGivenBackAsPositive) {
  const auto sheet = SheetOf(AnInvoiceOf({{LedgerCause::kClawback, 0, 1, -300, 0}}), Language::kEnglish);
  EXPECT_EQ(sheet.title, "Commission credit note");
  EXPECT_EQ(sheet.sections.at(0).items.at(0).cells.at(1), "3.00");
  EXPECT_EQ(sheet.sections[0].sums.back(), (market::documents::Fact{"Amount credited", "€3.00"}));
  EXPECT_EQ(sheet.notes.size(), 2u) << "and that there is no VAT";
}

}  // namespace
}  // namespace market::payment::documents
