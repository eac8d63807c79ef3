#include "services/payment/process/payout_run.hpp"

#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <variant>

#include "platform/conversions/conversions.hpp"
#include "platform/core/error.hpp"
#include "platform/runtime/backoff.hpp"
#include "platform/telemetry/log.hpp"

namespace market::payment {
namespace {

using namespace std::chrono_literals;
using domain::Payout;
using domain::PayoutNews;
using domain::PayoutState;
namespace log = telemetry::log;

// What the other side said is written down even when there is no time left.
constexpr std::chrono::seconds kPayoutWriteLimit{5};
// Providers forget a key after 24 hours. One that they do not have by then will not arrive any more, and is sent under another key.
constexpr std::chrono::hours kSameKeyLimit{20};
constexpr std::chrono::hours kAskPauseMax{6};

Work ToWrite(const Work& work) { return work.With(runtime::After(kPayoutWriteLimit)); }

PayoutNews NewsOf(const provider::PayoutTold& told) {
  using Standing = provider::PayoutTold::Standing;
  PayoutNews news{.provider_id = told.id, .code = told.code};
  switch (told.standing) {
    case Standing::kUnderWay:
      news.standing = PayoutNews::Standing::kUnderWay;
      break;
    case Standing::kPaid:
      news.standing = PayoutNews::Standing::kPaid;
      break;
    case Standing::kFailed:
      news.standing = PayoutNews::Standing::kFailed;
      break;
    case Standing::kReturned:
      news.standing = PayoutNews::Standing::kReturned;
      break;
  }
  return news;
}

Error TooLittleError(std::int64_t available_minor, std::int64_t minimum_minor) {
  return Error(Code::kFailedPrecondition, "NOTHING_TO_PAY_OUT",
               "the shop is due less than that, or less than is ever paid out")
      .WithMetadata("available", std::to_string(available_minor))
      .WithMetadata("minimum", std::to_string(minimum_minor));
}

}  // namespace

PayoutMinimums::PayoutMinimums(const std::vector<std::string>& items) {
  for (const auto& item : items) {
    const auto equals = item.find('=');
    const auto number = equals == item.npos ? item : item.substr(equals + 1);
    std::int64_t minor = 0;
    const auto end = number.data() + number.size();
    if (std::from_chars(number.data(), end, minor).ptr != end || number.empty() || minor < 1)
      throw std::runtime_error("'" + item + "': a whole number of minor units, at least 1, is expected");
    if (equals == item.npos) {
      other_minor_ = minor;
    } else {
      by_currency_[std::string(Currency::Parse(item.substr(0, equals)).Code())] = minor;
    }
  }
}

std::int64_t PayoutMinimums::Of(Currency currency) const {
  const auto found = by_currency_.find(currency.Code());
  return found == by_currency_.end() ? other_minor_ : found->second;
}

storage::PayoutDraft PayoutRun::DraftOf(const domain::PayoutAccount& account, Currency currency) const {
  return {.id = domain::PayoutId::New(),
          .seller = account.seller,
          .currency = currency,
          .amount_minor = {},
          .minimum_minor = options_.minimums.Of(currency),
          .on_demand = false,
          .target = account.target,
          .port = std::string(ports_.front()->Name()),
          .trace = {}};
}

Task<Payout> PayoutRun::OnDemand(Work work, Wanted wanted, audit::Act act) {
  const auto account = co_await accounts_.Find(work, wanted.seller);
  if (!account) {
    throw Error(Code::kFailedPrecondition, "PAYOUT_ACCOUNT_MISSING",
                "nobody has said yet where the shop's money goes");
  }
  if (account->held_until > clock_.Now()) {
    throw Error(Code::kFailedPrecondition, "PAYOUTS_HELD",
                "where the shop's money goes was changed; until that has been seen nothing is paid out")
        .WithMetadata("until",
                      google::protobuf::util::TimeUtil::ToString(conversions::ToProto(account->held_until)));
  }
  if (!ports_.front()->Pays(wanted.currency, !account->target.sealed_iban.empty()))
    throw InvalidArgument("currency", "NOT_SUPPORTED", "can't be paid out to the shop's account");
  auto draft = DraftOf(*account, wanted.currency);
  if (wanted.amount_minor && *wanted.amount_minor < draft.minimum_minor) {
    throw InvalidArgument("amount", "TOO_SMALL", "must be at least " + std::to_string(draft.minimum_minor));
  }
  draft.id = wanted.id;
  draft.amount_minor = wanted.amount_minor;
  draft.on_demand = true;
  draft.trace = wanted.trace;
  const auto minimum = draft.minimum_minor;
  auto claimed = co_await payouts_.Claim(work, std::move(draft), &act);
  if (const auto* little = std::get_if<storage::TooLittle>(&claimed))
    throw TooLittleError(little->available_minor, minimum);
  auto& payout = std::get<Payout>(claimed);
  metrics_.PayoutIs(payout.state);
  co_return std::move(payout);
}

Task<Payout> PayoutRun::Mark(Work work, domain::PayoutId id, PayoutState to, audit::Act act) {
  for (;;) {
    auto payout = co_await payouts_.Find(work, id, std::nullopt);
    if (!payout) throw NotFound("the payout");
    auto after = domain::Moved(*payout, to, {.code = "returned"}, clock_.Now());
    if (co_await Write(work, *payout, std::move(after), &act)) co_return std::move(*payout);
  }
}

Task<> PayoutRun::Turn(Work work, storage::DueTurn turn) {
  const auto now = clock_.Now();
  auto next = domain::NextDay(options_.schedule, now);
  if (turn.planned && options_.schedule != domain::PayoutSchedule::kManual) {
    const auto account = co_await accounts_.Find(work, turn.seller);
    if (account && account->held_until > now) {
      next = std::min(next, account->held_until);
    } else if (account && ports_.front()->Pays(turn.currency, !account->target.sealed_iban.empty())) {
      const auto claimed = co_await payouts_.Claim(work, DraftOf(*account, turn.currency));
      if (const auto* payout = std::get_if<Payout>(&claimed)) metrics_.PayoutIs(payout->state);
    }
  }
  co_await payouts_.EndTurn(work, turn, next);
}

Task<> PayoutRun::Advance(Work work, Payout payout) {
  auto& port = PortOf(payout);
  if (payout.state == PayoutState::kDue && port.GoesInFiles() && !payout.batch) {
    co_await payouts_.Gather(work, payout.port, payout.amount.currency, Uuid::NewV7());
    const auto version = payout.version;
    payout = (co_await payouts_.Find(work, payout.id, std::nullopt)).value();
    if (payout.version != version) co_return;
  }
  if (payout.state == PayoutState::kDue && !payout.sent_at) {
    auto after = payout;
    after.sent_at = clock_.Now();
    if (co_await Write(work, payout, std::move(after))) co_await Send(work, std::move(payout));
    co_return;
  }
  const auto found = co_await Ask(work, payout);
  if (const auto* told = std::get_if<provider::PayoutTold>(&found)) {
    co_return co_await Hear(work, std::move(payout), NewsOf(*told));
  }
  if (std::holds_alternative<provider::Unknown>(found) || payout.state != PayoutState::kDue) {
    if (payout.state != PayoutState::kDue && std::holds_alternative<provider::Absent>(found))
      log::Warn("payout.not_there", {{"payout_id", payout.id.ToString()}, {"state", Name(payout.state)}});
    co_return co_await Later(work, std::move(payout));
  }
  if (clock_.Now() - *payout.sent_at > kSameKeyLimit) {
    auto after = payout;
    ++after.attempt;
    after.sent_at = clock_.Now();
    if (!co_await Write(work, payout, std::move(after))) co_return;
  }
  co_await Send(work, std::move(payout));
}

Task<> PayoutRun::Send(Work work, Payout payout) {
  auto& port = PortOf(payout);
  std::vector<provider::Instruction> together;
  if (payout.batch) {
    for (const auto& one : co_await payouts_.OfBatch(work, *payout.batch))
      together.push_back(InstructionOf(one));
  } else {
    together.push_back(InstructionOf(payout));
  }
  const auto result =
      co_await port.Send(std::move(together), work.With(runtime::After(options_.port_timeout)));
  metrics_.Answered("PAYOUT", provider::Name(result));
  if (const auto* done = std::get_if<provider::Done>(&result)) {
    co_return co_await Hear(work, std::move(payout), {.provider_id = done->authorization});
  }
  if (const auto* refused = std::get_if<provider::Refused>(&result)) {
    co_return co_await Hear(work, std::move(payout),
                            {.standing = PayoutNews::Standing::kFailed, .code = refused->code});
  }
  log::Warn("payout.not_sent", {{"payout_id", payout.id.ToString()}, {"answer", provider::Name(result)}});
  co_await Later(work, std::move(payout));
}

Task<provider::PayoutFound> PayoutRun::Ask(Work work, const Payout& payout) {
  auto found =
      co_await PortOf(payout).Find(InstructionOf(payout), work.With(runtime::After(options_.port_timeout)));
  metrics_.Answered("FIND_PAYOUT", provider::Name(found));
  co_return found;
}

// Step by step, so that each is told: one that is paid was submitted before.
Task<> PayoutRun::Hear(Work work, Payout payout, const PayoutNews& news) {
  bool moved = false;
  while (const auto next = domain::NextState(payout.state, news.standing)) {
    if (!co_await Write(work, payout, domain::Moved(payout, *next, news, clock_.Now()))) co_return;
    moved = true;
  }
  if (!moved) co_await Later(work, std::move(payout));
}

Task<> PayoutRun::Later(Work work, Payout payout) {
  auto after = payout;
  ++after.asks;
  co_await Write(work, payout, std::move(after));
}

// False: somebody else has written since.
Task<bool> PayoutRun::Write(Work work, Payout& payout, Payout after, const audit::Act* act) {
  if (!co_await payouts_.Write(ToWrite(work), payout, after, RunAfter(after), act)) co_return false;
  if (payout.state != after.state) metrics_.PayoutIs(after.state);
  payout = std::move(after);
  co_return true;
}

std::optional<std::chrono::milliseconds> PayoutRun::RunAfter(const Payout& payout) const {
  const auto pause = payout.asks == 0
                         ? options_.poll
                         : runtime::Backoff::After(static_cast<std::uint32_t>(payout.asks),
                                                   {.initial = options_.poll, .max = kAskPauseMax});
  switch (payout.state) {
    case PayoutState::kDue:
      return payout.asks == 0 ? Lease() : pause;  // it is being sent
    case PayoutState::kSubmitted:
      return PortOf(payout).Tells() ? std::optional(pause) : std::nullopt;
    case PayoutState::kPaid:
      if (!PortOf(payout).Tells() || clock_.Now() >= *payout.paid_at + options_.watch) return std::nullopt;
      return pause;
    case PayoutState::kFailed:
    case PayoutState::kReturned:
      return std::nullopt;
  }
  throw std::logic_error("a state without a rule");
}

provider::PayoutPort& PayoutRun::PortOf(const Payout& payout) const {
  const auto found = std::ranges::find(ports_, std::string_view(payout.port), &provider::PayoutPort::Name);
  if (found == ports_.end())
    throw std::runtime_error("payment.payout_provider: nobody knows of " + payout.port);
  return **found;
}

provider::Instruction PayoutRun::InstructionOf(const Payout& payout) const {
  return {.key = domain::KeyOf(payout).ToString(),
          .payout = payout.id.Value(),
          .batch = payout.batch,
          .amount = payout.amount,
          .holder = payout.target.holder,
          .iban = numbers_.Opened(payout.target.sealed_iban, payout.seller),
          .provider_account = payout.target.provider_account,
          .bic = payout.target.bic};
}

}  // namespace market::payment
