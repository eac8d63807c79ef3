#include "services/payment/provider/sepa.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string_view>

namespace market::payment::provider {
namespace {

// What fits MsgId, PmtInfId and EndToEndId, which have 35 characters: an id without its hyphens.
std::string Short(const Uuid& id) {
  auto text = id.ToString();
  std::erase(text, '-');
  return text;
}

std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string Euros(std::int64_t minor) { return fmt::format("{}.{:02}", minor / 100, minor % 100); }

std::string DayText(std::chrono::sys_seconds time) {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(time));
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                     static_cast<unsigned>(day.day()));
}

std::string TimeText(std::chrono::sys_seconds time) {
  const std::chrono::hh_mm_ss clock(time - std::chrono::floor<std::chrono::days>(time));
  return fmt::format("{}T{:02}:{:02}:{:02}Z", DayText(time), clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count());
}

// A UUIDv7 begins with its milliseconds since 1970.
std::chrono::sys_time<std::chrono::seconds> MadeAt(const Uuid& id) {
  std::int64_t ms = 0;
  for (std::size_t i = 0; i < 6; ++i) ms = ms << 8 | id.Bytes()[i];
  return std::chrono::floor<std::chrono::seconds>(
      std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(ms)));
}

std::string Bank(std::string_view element, const std::string& bic) {
  const auto known = bic.empty() ? std::string("<Othr><Id>NOTPROVIDED</Id></Othr>")
                                 : fmt::format("<BICFI>{}</BICFI>", Escaped(bic));
  return fmt::format("<{0}><FinInstnId>{1}</FinInstnId></{0}>\n", element, known);
}

std::string Account(std::string_view element, const std::string& iban) {
  return fmt::format("<{0}><Id><IBAN>{1}</IBAN></Id></{0}>\n", element, Escaped(iban));
}

std::string Transfer(const Instruction& payout) {
  std::string out = "<CdtTrfTxInf>\n";
  out += fmt::format("<PmtId><EndToEndId>{}</EndToEndId></PmtId>\n", Short(payout.payout));
  out += fmt::format("<Amt><InstdAmt Ccy=\"EUR\">{}</InstdAmt></Amt>\n", Euros(payout.amount.minor));
  if (!payout.bic.empty()) out += Bank("CdtrAgt", payout.bic);
  out += fmt::format("<Cdtr><Nm>{}</Nm></Cdtr>\n", Escaped(payout.holder));
  out += Account("CdtrAcct", payout.iban);
  out += fmt::format("<RmtInf><Ustrd>Payout {}</Ustrd></RmtInf>\n", payout.payout.ToString());
  return out + "</CdtTrfTxInf>\n";
}

struct File {
  explicit File(int number) : number(number) {
    if (number < 0) throw std::runtime_error(std::strerror(errno));
  }
  ~File() { ::close(number); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int number;
};

void Keep(int file) {
  if (::fsync(file) != 0) throw std::runtime_error(std::strerror(errno));
}

// It is there whole, and stays there when the machine stops, or it is not there.
void WriteWhole(const std::filesystem::path& path, std::string_view bytes) {
  auto part = path;
  part += fmt::format(".{}.part", ::getpid());
  {
    const File file(::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    for (std::string_view left = bytes; !left.empty();) {
      const auto written = ::write(file.number, left.data(), left.size());
      if (written < 0) throw std::runtime_error(std::strerror(errno));
      left.remove_prefix(static_cast<std::size_t>(written));
    }
    Keep(file.number);
  }
  std::filesystem::rename(part, path);
  const File directory(::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  Keep(directory.number);
}

}  // namespace

std::string CreditTransfers(const SepaDebtor& debtor, const std::vector<Instruction>& together) {
  const auto& batch = together.at(0).batch.value();
  const auto made = MadeAt(batch);
  std::int64_t sum_minor = 0;
  for (const auto& payout : together) sum_minor += payout.amount.minor;
  const auto totals =
      fmt::format("<NbOfTxs>{}</NbOfTxs>\n<CtrlSum>{}</CtrlSum>\n", together.size(), Euros(sum_minor));
  const auto initiator = fmt::format("<Nm>{}</Nm>", Escaped(debtor.name));

  std::string out =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\">\n<CstmrCdtTrfInitn>\n";
  out += fmt::format("<GrpHdr>\n<MsgId>{}</MsgId>\n<CreDtTm>{}</CreDtTm>\n", Short(batch), TimeText(made));
  out += totals + fmt::format("<InitgPty>{}</InitgPty>\n</GrpHdr>\n", initiator);
  out += fmt::format("<PmtInf>\n<PmtInfId>{}</PmtInfId>\n<PmtMtd>TRF</PmtMtd>\n", Short(batch));
  out += totals + "<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf>\n";
  out += fmt::format("<ReqdExctnDt><Dt>{}</Dt></ReqdExctnDt>\n", DayText(made));
  out += fmt::format("<Dbtr>{}</Dbtr>\n", initiator) + Account("DbtrAcct", debtor.iban);
  out += Bank("DbtrAgt", debtor.bic) + "<ChrgBr>SLEV</ChrgBr>\n";
  for (const auto& payout : together) out += Transfer(payout);
  return out + "</PmtInf>\n</CstmrCdtTrfInitn>\n</Document>\n";
}

SepaFiles::SepaFiles(std::filesystem::path directory, SepaDebtor debtor)
    : directory_(std::move(directory)), debtor_(std::move(debtor)) {
  if (!std::filesystem::is_directory(directory_) || ::access(directory_.c_str(), W_OK | X_OK) != 0)
    throw std::runtime_error("must be a directory that can be written to");
}

Task<Result> SepaFiles::Send(std::vector<Instruction> together, Work) {
  const auto batch = together.at(0).batch.value();
  try {
    co_await pool_.Run([path = PathOf(batch), bytes = CreditTransfers(debtor_, together)] {
      if (!std::filesystem::exists(path)) WriteWhole(path, bytes);
      return true;
    });
  } catch (const std::runtime_error& error) {
    co_return Unknown{error.what()};
  }
  co_return Done{Short(batch)};
}

Task<PayoutFound> SepaFiles::Find(Instruction sought, Work) {
  if (!sought.batch) co_return Absent{};
  try {
    const bool there =
        co_await pool_.Run([path = PathOf(*sought.batch)] { return std::filesystem::exists(path); });
    if (!there) co_return Absent{};
  } catch (const std::runtime_error& error) {
    co_return Unknown{error.what()};
  }
  co_return PayoutTold{.standing = PayoutTold::Standing::kUnderWay, .id = Short(*sought.batch), .code = {}};
}

}  // namespace market::payment::provider
