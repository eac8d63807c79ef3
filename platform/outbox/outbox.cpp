#include "platform/outbox/outbox.hpp"

#include <vector>

namespace market::outbox {
namespace {

using postgres::Bytes;
using postgres::Statement;

constexpr Statement kAppend{"outbox.append", R"sql(
  INSERT INTO outbox (id, topic, key, payload, trace)
  SELECT id, topic, key, payload, trace
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[], $5::text[])
    WITH ORDINALITY AS m (id, topic, key, payload, trace, position)
  ORDER BY position)sql"};

// Only while the claim is still ours: `attempts` is its fence. As the relay's own (relay.cpp), but for the disk.
constexpr Statement kDeliveredWith{"outbox.delivered_with", R"sql(
  WITH gone AS (SELECT topic, key, seq FROM outbox WHERE id = $1 AND attempts = $2 AND key <> ''),
  woken AS (
    UPDATE outbox o SET next_attempt_at = market_now()
    FROM gone, LATERAL (
      SELECT f.seq FROM outbox f WHERE f.key = gone.key AND f.key <> '' AND f.topic = gone.topic AND f.seq > gone.seq
      ORDER BY f.seq LIMIT 1) AS behind
    WHERE o.seq = behind.seq AND o.attempts = 0 AND o.next_attempt_at > market_now())
  DELETE FROM outbox WHERE id = $1 AND attempts = $2)sql"};

constexpr Statement kWithdraw{"outbox.withdraw", "DELETE FROM outbox WHERE topic = $1 AND key = $2"};

}  // namespace

Uuid Append(postgres::Batch& batch, const NewMessage& message) {
  return Append(batch, std::span(&message, 1)).front();
}

std::vector<Uuid> Append(postgres::Batch& batch, std::span<const NewMessage> messages) {
  std::vector<Uuid> ids;
  std::vector<std::string_view> topics;
  std::vector<std::string_view> keys;
  std::vector<Bytes> payloads;
  std::vector<std::string_view> traces;
  for (const auto& message : messages) {
    ids.push_back(Uuid::NewV7());
    topics.push_back(message.topic);
    keys.push_back(message.key);
    payloads.push_back({message.payload});
    traces.push_back(message.trace);
  }
  batch.Add(kAppend, ids, topics, keys, payloads, traces);
  return ids;
}

void Withdraw(postgres::Batch& batch, std::string_view topic, std::string_view key) {
  batch.Add(kWithdraw, topic, key);
}

void AppendDelivered(postgres::Batch& batch, const Message& message) {
  batch.Add(kDeliveredWith, message.id, message.attempt);
}

}  // namespace market::outbox
