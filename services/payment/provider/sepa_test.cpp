#include "services/payment/provider/sepa.hpp"

#include <gtest/gtest.h>
#include <libxml/parser.h>
#include <libxml/xmlschemas.h>

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>

#include "platform/testing/run_loop.hpp"

namespace market::payment::provider {
namespace {

using testing::Soon;

const SepaDebtor kDebtor{.name = "Bazaar & Sons", .iban = "DE89370400440532013000", .bic = "COBADEFFXXX"};

Instruction AnInstruction(const Uuid& batch, std::int64_t minor, std::string bic = {}) {
  return {.key = "k",
          .payout = Uuid::NewV7(),
          .batch = batch,
          .amount = {minor, Currency::Parse("EUR")},
          .holder = "Tom <Ltd> & Co.",
          .iban = "NL91ABNA0417164300",
          .provider_account = {},
          .bic = std::move(bic)};
}

void NoteWrong(void* to, const char* format, ...) {
  va_list values;
  va_start(values, format);
  char text[1024];
  vsnprintf(text, sizeof text, format, values);
  va_end(values);
  *static_cast<std::string*>(to) += text;
}

// "" for a document that the schema allows; what is wrong with it otherwise.
std::string WrongWith(const std::string& document) {
  std::string wrong;
  const std::unique_ptr<xmlSchemaParserCtxt, void (*)(xmlSchemaParserCtxtPtr)> reading(
      xmlSchemaNewParserCtxt(MARKET_PAIN_001), xmlSchemaFreeParserCtxt);
  const std::unique_ptr<xmlSchema, void (*)(xmlSchemaPtr)> schema(xmlSchemaParse(reading.get()),
                                                                  xmlSchemaFree);
  if (!schema) return "the schema can't be read";
  const std::unique_ptr<xmlDoc, void (*)(xmlDocPtr)> parsed(
      xmlReadMemory(document.data(), static_cast<int>(document.size()), "payouts.xml", nullptr,
                    XML_PARSE_NONET | XML_PARSE_NOERROR),
      xmlFreeDoc);
  if (!parsed) return "it is no XML";
  const std::unique_ptr<xmlSchemaValidCtxt, void (*)(xmlSchemaValidCtxtPtr)> checking(
      xmlSchemaNewValidCtxt(schema.get()), xmlSchemaFreeValidCtxt);
  xmlSchemaSetValidErrors(checking.get(), NoteWrong, NoteWrong, &wrong);
  const int outcome = xmlSchemaValidateDoc(checking.get(), parsed.get());
  if (outcome != 0 && wrong.empty()) return "it is not as the schema says";
  return wrong;
}

std::size_t CountIn(const std::string& text, std::string_view what) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++count;
  return count;
}

TEST(CreditTransfers, AreWhatTheSchemaOfIso20022Says) {
  const auto batch = Uuid::NewV7();
  const auto document = CreditTransfers(
      kDebtor,
      {AnInstruction(batch, 1), AnInstruction(batch, 123'456'789, "ABNANL2A"), AnInstruction(batch, 70)});
  EXPECT_EQ(WrongWith(document), "") << document;
  EXPECT_EQ(CountIn(document, "<CtrlSum>1234568.60</CtrlSum>"), 2U);
  EXPECT_EQ(CountIn(document, "<NbOfTxs>3</NbOfTxs>"), 2U);
  EXPECT_EQ(CountIn(document, "<InstdAmt Ccy=\"EUR\">0.01</InstdAmt>"), 1U);
  EXPECT_EQ(CountIn(document, "<Nm>Tom &lt;Ltd&gt; &amp; Co.</Nm>"), 3U);
  EXPECT_EQ(CreditTransfers({.name = "Bazaar", .iban = kDebtor.iban, .bic = {}}, {AnInstruction(batch, 5)})
                .find("<BICFI>"),
            std::string::npos);
}

// The check itself can fail.
TEST(CreditTransfers, WhatIsWrong_TheSchemaFinds) {
  const auto batch = Uuid::NewV7();
  auto document = CreditTransfers(kDebtor, {AnInstruction(batch, 100)});
  document.replace(document.find("<PmtMtd>TRF"), 11, "<PmtMtd>XXX");
  EXPECT_NE(WrongWith(document), "");
}

TEST(CreditTransfers, WithoutABankOfTheDebtor_AreGoodToo) {
  const auto document = CreditTransfers({.name = "Bazaar", .iban = kDebtor.iban, .bic = {}},
                                        {AnInstruction(Uuid::NewV7(), 100)});
  EXPECT_EQ(WrongWith(document), "") << document;
}

struct Folder {
  Folder() {
    char name[] = "/tmp/market_sepa_XXXXXX";
    path = ::mkdtemp(name);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::vector<std::string> Files() const {
    std::vector<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(path))
      names.push_back(file.path().filename());
    return names;
  }
  std::filesystem::path path;
};

std::string Contents(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(SepaFiles, ARun_IsOneFileThatIsThereWhole_HoweverOftenItIsSent) {
  testing::RunLoop([]() -> Task<> {
    const Folder folder;
    SepaFiles port(folder.path, kDebtor);
    const auto batch = Uuid::NewV7();
    const std::vector together{AnInstruction(batch, 100), AnInstruction(batch, 200)};
    EXPECT_TRUE(std::holds_alternative<Absent>(co_await port.Find(together[0], Soon())));
    const auto sent = co_await port.Send(together, Soon());
    EXPECT_TRUE(std::holds_alternative<Done>(sent));
    EXPECT_EQ(folder.Files(), std::vector{batch.ToString() + ".xml"});
    const auto first = Contents(folder.path / (batch.ToString() + ".xml"));
    co_await port.Send(together, Soon());
    EXPECT_EQ(folder.Files().size(), 1U);
    EXPECT_EQ(Contents(folder.path / (batch.ToString() + ".xml")), first);
    EXPECT_EQ(first, CreditTransfers(kDebtor, together)) << "the same bytes for the same run";
    const auto found = co_await port.Find(together[1], Soon());
    EXPECT_EQ(std::get<PayoutTold>(found).standing, PayoutTold::Standing::kUnderWay);
    EXPECT_EQ(std::get<PayoutTold>(found).id, std::get<Done>(sent).authorization);
  });
}

TEST(SepaFiles, WhereNothingCanBeWritten_NobodySaysItWas) {
  EXPECT_THROW(SepaFiles("/nowhere/at/all", kDebtor), std::runtime_error);
  testing::RunLoop([]() -> Task<> {
    std::filesystem::path gone;
    std::optional<SepaFiles> port;
    {
      const Folder folder;
      port.emplace(folder.path, kDebtor);
    }
    const auto batch = Uuid::NewV7();
    EXPECT_TRUE(std::holds_alternative<Unknown>(co_await port->Send({AnInstruction(batch, 100)}, Soon())));
    EXPECT_TRUE(std::holds_alternative<Absent>(co_await port->Find(AnInstruction(batch, 100), Soon())));
  });
}

TEST(SepaFiles, AreForEurosToBanksAlone) {
  const Folder folder;
  const SepaFiles port(folder.path, kDebtor);
  EXPECT_TRUE(port.Pays(Currency::Parse("EUR"), true));
  EXPECT_FALSE(port.Pays(Currency::Parse("USD"), true));
  EXPECT_FALSE(port.Pays(Currency::Parse("EUR"), false));
}

}  // namespace
}  // namespace market::payment::provider
