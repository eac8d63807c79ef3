#include "platform/idempotency/forget.hpp"

namespace market::idempotency {
namespace {

using postgres::Statement;

constexpr Statement kForget{"idempotency.forget", "DELETE FROM idempotency_key WHERE principal = $1"};

constexpr Statement kReopen{"idempotency.reopen", R"sql(
UPDATE idempotency_key SET answer = NULL, leased_until = market_now()
WHERE operation_id = ANY ($1::uuid[]) AND answer IS NOT NULL)sql"};

// In the form in which every byte is ASCII, so that lower() means ASCII letters and nothing else.
constexpr Statement kReopenNaming{"idempotency.reopen_naming", R"sql(
UPDATE idempotency_key k SET answer = NULL, leased_until = market_now()
WHERE k.answer IS NOT NULL AND EXISTS (
  SELECT FROM unnest($1::text[]) AS named (text)
  WHERE position(lower(encode(convert_to(named.text, 'UTF8'), 'escape')) IN lower(encode(k.answer, 'escape'))) > 0))sql"};

}  // namespace

void AppendForget(postgres::Batch& batch, AccountId principal) { batch.Add(kForget, principal.ToString()); }

void AppendReopen(postgres::Batch& batch, std::span<const Uuid> operations) {
  batch.Add(kReopen, operations);
}

void AppendReopenNaming(postgres::Batch& batch, std::span<const std::string> texts) {
  batch.Add(kReopenNaming, texts);
}

}  // namespace market::idempotency
