// An idempotency key that is claimed, and answered, in the transactions of the effect itself: the key, the
// effect and the answer are there together or not at all.
//
//   Batch batch("order.insert");
//   if (!key.Claimed()) idempotency::AppendClaim(batch, key);
//   batch.Add(kInsertOrder, …);
//   try { co_await database.Write(work, std::move(batch)); }
//   catch (const SqlError& error) { if (idempotency::IsTaken(error)) throw idempotency::KeyTaken(); throw; }
//   key.fence = idempotency::kFirstFence;
//
// A run that dies between the two leaves a claim without an answer: when its lease ends, a retry takes it over by
// Store::Begin and finds the effect by the operation id.
#pragma once
#include <string>

#include "platform/idempotency/store.hpp"
#include "platform/postgres/database.hpp"

namespace market::idempotency {

// Ends the transaction when a row of this key exists, whatever became of it; IsTaken tells that from the error.
void AppendClaim(postgres::Batch& batch, const RequestKey& key);
bool IsTaken(const postgres::SqlError& error);

// `answer` as the edge keeps it (rpc::KeptAnswerOf). Does nothing when another run has taken the key over.
void AppendAnswer(postgres::Batch& batch, const RequestKey& key, std::string answer);

}  // namespace market::idempotency
